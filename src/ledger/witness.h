// Both sides of C2SP tlog-witness, without the transport: texts and statuses in and out.
//
// Strict where implementations have been lax: `old 0` with a proof, leading zeros, anything but the canonical
// base64, and more than 63 hashes are refused. Format: docs/formats/witness.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/witness_book.h"

namespace concordat::ledger {

// The body of POST …/add-checkpoint.
struct WitnessRequest {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;
  std::string note;  // the checkpoint, signed
};
std::string FormatWitnessRequest(const WitnessRequest& request);
// FormatWitnessRequest of it is the text. Errors: kInvalidArgument, also past 32 KB.
Result<WitnessRequest> ParseWitnessRequest(std::string_view text);

struct WitnessReply {
  int status = 200;  // of HTTP
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// What a request comes to as the book stands. Pure.
struct Judgement {
  WitnessReply reply;  // its body is still to come where `accepted` is there
  std::optional<SignedCheckpoint> accepted;
  std::optional<Draft> alarm;  // the log signed two histories
};
Judgement Judge(const WitnessBook& book, std::string_view request);

// Judges, records, then cosigns: the entry is durable before the cosignature exists, and two requests at once
// are judged one after the other. An alarm is recorded once. Errors: the ledger's.
Result<WitnessReply> AddCheckpoint(Ledger& ledger, const WitnessBook& book, const crypto::Cosigner& cosigner,
                                   std::string_view request);

// The request that asks for a cosignature on this ledger's head, of a witness that last cosigned `known`
// entries. Errors: kFailedPrecondition before the first entry; kCorrupt when the witness has seen more than
// there is: the ledger was put back to an earlier state.
Result<std::string> AskForCosignature(const Ledger& ledger, std::uint64_t known);

// What a witness said to a request with the checkpoint `note`.
struct WitnessAnswer {
  std::optional<std::uint64_t> known;  // it last cosigned so many entries: ask again from there
  std::string note;                    // else: the checkpoint with its cosignature
};
// Errors: kUnavailable for a status that asks for patience; kPermissionDenied when it declines, in its words;
// kCorrupt when its cosignature is not there or wrong.
Result<WitnessAnswer> ReadWitnessReply(const WitnessReply& reply, const std::string& note,
                                       const crypto::CosignerKey& witness);

// `note` with the signatures of `more` that it lacks, where the two are of the same text; else `note`.
std::string MergeSignatures(const std::string& note, const std::string& more);

}  // namespace concordat::ledger
