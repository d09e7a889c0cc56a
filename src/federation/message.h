// What coordinator and owners say to each other in each round. Format: docs/formats/federation.md.
//
// Every decoder is strict: what it accepts, Encode writes byte for byte. Errors: kInvalidArgument.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aggregation/party.h"
#include "base/refusal.h"
#include "federation/statement.h"

namespace concordat::federation {

namespace method {
inline constexpr char kExplain[] = "federation/explain";
inline constexpr char kPrepare[] = "federation/prepare";
inline constexpr char kSelect[] = "federation/select";
inline constexpr char kCommit[] = "federation/commit";
inline constexpr char kReveal[] = "federation/reveal";
inline constexpr char kContribute[] = "federation/contribute";
inline constexpr char kAgree[] = "federation/agree";
inline constexpr char kOpen[] = "federation/open";
inline constexpr char kRestore[] = "federation/restore";
inline constexpr char kRound[] = "federation/round";
inline constexpr char kFinish[] = "federation/finish";
inline constexpr char kAbandon[] = "federation/abandon";
inline constexpr char kCharged[] = "federation/charged";
inline constexpr const char* kAll[] = {kExplain, kPrepare, kSelect, kCommit, kReveal,  kContribute, kAgree,
                                       kOpen,    kRestore, kRound,  kFinish, kAbandon, kCharged};
}  // namespace method

// A message of 256 MB or more is none.
inline constexpr std::size_t kLargestMessage = std::size_t{1} << 28;

// Explain and prepare are asked with a signed statement. What one owner planned, in both replies:
struct Prepared {
  std::string description;       // of its plan, canonical JSON
  std::string revision;          // of its product
  bool only_encryption = false;  // a non-disclosing member
  bool affordable = true;        // its budget has room for this question now
  std::string left;              // of its budget after this question, in words; or the refusal's
};

// Commit: what a sum is about. dp-local contributions are asked with the same, there being no sum to keep
// secret.
struct Setting {
  Session session{};
  std::vector<std::string> participants;  // members, by name
  std::vector<Row> keys;  // of groups that were found, each once, in order; none where declared
  aggregation::Way way = aggregation::Way::kEncryption;
  aggregation::Width width = aggregation::Width::k64;
};

// Reveal, contribute, agree, open, restore: the messages of the round before. Select, finish, abandon: none.
struct Relayed {
  Session session{};
  std::vector<Bytes> messages;
};

// What an owner of a dp-local question contributes, signed over the context.
struct Plain {
  std::vector<Int128> values;
  crypto::Signature signature{};
};

// Of a fit prepare's reply has the owner's pledge to the series of sums as well.
struct Pledged {
  Prepared prepared;
  Bytes pledge;
};

// One round of a fit.
struct Round {
  Session session{};
  std::uint32_t number = 1;
  std::string state;        // canonical JSON
  std::vector<Bytes> said;  // in a session's first round pledges; then the contributions of the round before,
                            // where they are shown; by owners' names
  // In the first round of a session that goes on where another ended: each owner's voucher for this state.
  std::vector<Bytes> vouchers;
};

// What an owner says to it: its contribution, and its signature that it has taken this state.
struct Contributed {
  Bytes contribution;
  crypto::Signature voucher{};
};

// Rounds that the node which asks does not know the end of, each of a session of its own. Charged, outside
// of all sessions: which of them were charged? No session of them goes on from then on.
struct Doubtful {
  struct Asked {
    Session session{};
    std::string question;  // its id
  };
  std::vector<Asked> rounds;
};
// The ids of those that were.
struct Charged {
  std::vector<std::string> questions;
};

struct Finished {
  std::vector<std::string> receipts;  // docs/formats/receipt.md
  std::string left;                   // of its budget now, in words
};

Bytes Encode(const Prepared& prepared);
Bytes Encode(const Setting& setting);
Bytes Encode(const Relayed& relayed);
Bytes Encode(const Plain& plain);
Bytes Encode(const Pledged& pledged);
Bytes Encode(const Round& round);
Bytes Encode(const Contributed& contributed);
Bytes Encode(const Finished& finished);
Bytes Encode(const Doubtful& doubtful);
Bytes Encode(const Charged& charged);
Bytes Encode(const std::vector<Row>& keys);  // select's reply
Result<Prepared> DecodePrepared(ByteView bytes);
Result<Setting> DecodeSetting(ByteView bytes);
Result<Relayed> DecodeRelayed(ByteView bytes);
Result<Plain> DecodePlain(ByteView bytes);
Result<Pledged> DecodePledged(ByteView bytes);
Result<Round> DecodeRound(ByteView bytes);
Result<Contributed> DecodeContributed(ByteView bytes);
Result<Finished> DecodeFinished(ByteView bytes);
Result<Doubtful> DecodeDoubtful(ByteView bytes);
Result<Charged> DecodeCharged(ByteView bytes);
Result<std::vector<Row>> DecodeKeys(ByteView bytes);

// A reply is what was asked for, or a refusal with the name of who refuses.
struct Declined {
  std::string owner;
  Refusal refusal;
};
Bytes EncodeReply(ByteView body);
Bytes EncodeReply(const Declined& declined);
using Reply = tl::expected<Bytes, Declined>;
Result<Reply> DecodeReply(ByteView bytes);

// Are keys each there once, and in the one order? What is asked twice would be answered twice, with fresh
// noise.
bool AreInOrder(const std::vector<Row>& keys);
// All of them once, in that order.
std::vector<Row> Unite(const std::vector<std::vector<Row>>& keys);

// What a sum is for: statement, plan, participants, keys of groups, way and width. Whoever has planned
// otherwise, or was told of other participants, has another context, and its messages do not hold.
crypto::Hash ContextOf(const Statement& statement, const std::string& description, const Setting& setting);
// What a voucher is a signature over: this owner took the state of that round for one that follows, of rows
// of this revision of its own. Good in every session of the same fit.
Bytes VoucherText(const std::string& description, const release::FitRound& round,
                  const std::string& revision);
// What an owner of a dp-local question signs.
Bytes PlainText(const crypto::Hash& context, const std::vector<Int128>& values);

}  // namespace concordat::federation
