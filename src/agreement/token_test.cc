#include "agreement/token.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/testing_random.h"

namespace concordat::agreement {
namespace {

const Time kToday = *ParseTime("2026-11-23");
const Time kLater = *ParseTime("2026-12-23");

ledger::Entry Created(std::uint64_t index, const std::string& text, const char* role = "auditor") {
  return {
      .index = index,
      .time = kToday,
      .kind = "token.created",
      .body = {{"token", NameInToken(text)}, {"role", role}, {"by", "olga"}, {"until", FormatTime(kLater)}},
      .secret = Json{{"hash", ToHex(HashOfToken(text))}}};
}

ledger::Entry Revoked(std::uint64_t index, const char* name) {
  return {.index = index, .time = kToday, .kind = "token.revoked", .body = {{"token", name}, {"by", "olga"}}};
}

class Tokens : public testing::Test {
 protected:
  std::string ReasonOf(const std::string& text, Time now = kToday) const {
    const auto opened = book_.Open(text, now);
    return opened ? "" : opened.error().reason;
  }

  SeededRandom random_{7};
  const std::string text_ = NewTokenText("dash.board-1", random_);
  TokenBook book_;
};

TEST_F(Tokens, OpenForWhoHasTheTextUntilTheirEnd) {
  EXPECT_EQ(ReasonOf(text_), "token_invalid");
  book_.Apply(Created(0, text_));
  const auto opened = book_.Open(text_, kToday);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->name, "dash.board-1");
  EXPECT_EQ(opened->role, Role::kAuditor);
  EXPECT_EQ(opened->by, "olga");
  EXPECT_EQ(ReasonOf(text_, kLater), "token_expired");
  book_.Apply(Revoked(1, "dash.board-1"));
  EXPECT_EQ(ReasonOf(text_), "token_invalid");
}

TEST_F(Tokens, StayShutForAnythingElse) {
  book_.Apply(Created(0, text_));
  std::string last = text_, first = text_, upper = text_;
  last.back() = last.back() == '0' ? '1' : '0';
  first[first.rfind('.') + 1] ^= 1;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return std::toupper(c); });
  for (const std::string& wrong : {last, first, upper, text_ + "0", text_.substr(0, text_.size() - 2),
                                   std::string("concordat.dash.board-1."), std::string("concordat."),
                                   std::string(), NewTokenText("dash.board-1", random_), text_.substr(10)}) {
    EXPECT_EQ(ReasonOf(wrong), "token_invalid") << wrong;
  }
  // What was erased fits nothing, least of all what hashes to nothing.
  ledger::Entry erased = Created(1, NewTokenText("other", random_));
  erased.secret.reset();
  book_.Apply(erased);
  EXPECT_EQ(ReasonOf("concordat.other." + std::string(64, '0')), "token_invalid");
}

TEST_F(Tokens, HaveOneNameEach) {
  book_.Apply(Created(0, text_));
  EXPECT_EQ(book_.CheckNew("dash.board-1", kToday).error().reason, "token_exists");
  EXPECT_TRUE(book_.CheckNew("dash.board-1", kLater));  // the old one has ended
  EXPECT_EQ(book_.CheckNew("Dash", kToday).error().reason, "token_name");
  EXPECT_EQ(book_.CheckRevoked("none").error().reason, "token_unknown");
  // A second one of the name, which was not allowed when its turn came, changes nothing.
  const std::string second = NewTokenText("dash.board-1", random_);
  book_.Apply(Created(1, second, "operator"));
  EXPECT_EQ(ReasonOf(second), "token_invalid");
  EXPECT_EQ(ReasonOf(text_), "");
}

TEST_F(Tokens, AreNotMadeByEntriesThatCannotBeRead) {
  for (const char* field : {"token", "role", "until"}) {
    ledger::Entry entry = Created(0, text_);
    entry.body[field] = 7;
    book_.Apply(entry);
  }
  book_.Apply(Created(0, text_, "king"));
  EXPECT_TRUE(book_.tokens().empty());
}

}  // namespace
}  // namespace concordat::agreement
