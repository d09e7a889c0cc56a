// A requester's statement: who asks what, of which agreement, and when, signed by the member where they
// belong. Format: docs/formats/federation.md.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "agreement/agreement.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/refusal.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "release/answer.h"
#include "release/fit.h"
#include "release/joint.h"

namespace concordat::federation {

// One question's conversation; random, so that no two are alike.
using Session = std::array<std::uint8_t, 32>;

struct Statement {
  std::string agreement;  // its name
  std::string document;   // id of the document in force where the statement was made
  release::Visitor visitor;
  release::Question question;
  Time time{};
  Session session{};
  std::optional<release::FitRound> round = {};  // of a fit, that it begins with; a question has none
};

// What ledgers know the question by: 16 hex digits, at every member the same, and no other member's question
// has them. Of a round of a fit its number and state are counted in.
std::string IdOf(const Statement& statement);

struct SignedStatement {
  Statement statement;
  crypto::Signature signature{};
};

// Clocks of members may be this far apart; and for so long a statement is good.
inline constexpr Milliseconds kSkew = std::chrono::minutes(5);

Bytes Encode(const SignedStatement& statement);
// Errors: kInvalidArgument: not what Encode writes.
Result<SignedStatement> DecodeStatement(ByteView bytes);

SignedStatement Sign(Statement statement, const crypto::SigningKey& key);
// Of all that is signed.
crypto::Hash HashOf(const Statement& statement);

// Does it hold here, under this member's own copy of the agreement, from the member that calls, now?
// Refusals: statement_not_yours (another member's), not_a_party, document_differs, statement_unsigned,
// clock_skewed.
Outcome<void> CheckStatement(const SignedStatement& statement, const agreement::Agreement& document,
                             const std::string& caller, Time now);

}  // namespace concordat::federation
