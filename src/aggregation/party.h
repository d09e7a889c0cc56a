// An exact secure sum among parties that only a relay connects: each party's messages, whichever way the
// sum is kept secret. Decision: docs/adr/0007-federated-questions.md. Format: docs/formats/sum.md. Who learns
// what, and why: sum.proof.md.
//
// In each round the relay hands a party the messages of the round before, of all parties that are still there
// (its own among them), as Receiver::Close gives them, and takes its own.
#pragma once

#include <memory>
#include <span>

#include "aggregation/message.h"
#include "aggregation/terms.h"
#include "base/int128.h"
#include "base/random.h"

namespace concordat::aggregation {

// One party's side of one sum. Secrets live here alone and are wiped with it; each call is made once, in
// order, and a second one fails (kFailedPrecondition), as does every call after one that failed. Threading:
// one thread at a time.
class Party {
 public:
  virtual ~Party() = default;
  virtual Result<Message> Commit() = 0;
  // Errors of these five, which name the party at fault: kPermissionDenied for a message that its party did
  // not sign for this sum and round, two of one party that differ, or one that saw other messages than this
  // party; kInvalidArgument for one that is malformed; kUnavailable with fewer than quorum;
  // kFailedPrecondition without this party's own message.
  virtual Result<Message> Reveal(std::span<const Message> commits) = 0;
  // `values`: one for each of Terms::length, which fit the width (kInvalidArgument).
  virtual Result<Message> Contribute(std::span<const Message> reveals, std::span<const Int128> values) = 0;
  virtual Result<Message> Agree(std::span<const Message> contributions) = 0;
  virtual Result<Message> Open(std::span<const Message> agreements) = 0;
  // Where one that agreed did not open: what the others hold of its key, for the one sum that this party has
  // opened itself. Under encryption alone (kFailedPrecondition).
  virtual Result<Message> Restore(std::span<const Message> openings) = 0;
};

// `self`: index of the party whose key this is; `key` and `random` must outlive the party. Errors: those of
// CheckTerms; kInvalidArgument when the key is not that party's.
Result<std::unique_ptr<Party>> MakeParty(const Terms& terms, std::size_t self, const crypto::SigningKey& key,
                                         RandomSource& random);

}  // namespace concordat::aggregation
