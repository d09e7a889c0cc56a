// Tokens: what a program shows to act over HTTP, each with a name, one role and an end. The ledger keeps
// their hashes, in the entries' secret parts; whoever was given one has the only copy.
//
// Entries: token.created, token.revoked (docs/formats/entry.md).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "agreement/role.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/refusal.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "ledger/ledger.h"

namespace concordat::agreement {

inline constexpr int kLongestTokenDays = 366;

struct Token {
  std::string name;
  Role role = Role::kAuditor;
  std::string by;
  Time created{};
  Time until{};
  crypto::Hash hash{};  // all zeros once its secret part was erased: fits no token
};

// "concordat.NAME.64 hexadecimal digits", with 256 bits of `random`.
std::string NewTokenText(std::string_view name, RandomSource& random);
// The name in such a text; empty when it is not one.
std::string NameInToken(std::string_view text);
crypto::Hash HashOfToken(std::string_view text);

// Reads hold Ledger::Share; pointers live as long as they hold it.
class TokenBook final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override;
  std::vector<std::string> Kinds() const override { return {"token."}; }

  const std::map<std::string, Token, std::less<>>& tokens() const { return tokens_; }
  // Whose token the text is, now; in time that does not depend on how much of a wrong one is right. Refusals:
  // token_invalid (also of one that was revoked), token_expired.
  Outcome<Token> Open(std::string_view text, Time now) const;

  // Refusals: token_name; token_exists, unless that one has ended; token_unknown.
  Outcome<void> CheckNew(std::string_view name, Time now) const;
  Outcome<void> CheckRevoked(std::string_view name) const;

 private:
  std::map<std::string, Token, std::less<>> tokens_;  // by name
};

// Enters a token or its end: durable when it returns an entry, nothing written when it returns a refusal.
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const TokenBook& book, const Token& token);
Result<Outcome<ledger::Entry>> Revoke(ledger::Ledger& ledger, const TokenBook& book, const std::string& name,
                                      const std::string& by);

}  // namespace concordat::agreement
