#include "federation/statement.h"

#include <gtest/gtest.h>

#include "federation/testing_trio.h"

namespace concordat::federation {
namespace {

SignedStatement Full() {
  Statement statement{
      .agreement = "study",
      .document = std::string(64, 'a'),
      .visitor = {.analyst = "ana", .home = kArad, .trainings = {{"ethics", Time(Milliseconds(5))}}},
      .question = {"SELECT count(*) FROM people WHERE age > $1",
                   {Value(std::int64_t{40}), Value(0.5), Value(std::string("é")), Value(Null{})},
                   {}},
      .time = Time(std::chrono::hours(500'000)),
      .session = {1, 2, 3}};
  statement.question.settings.epsilon = 0.5;
  statement.question.settings.purpose = "dpv:Research";
  statement.question.settings.margins = true;
  return {statement, {9, 8, 7}};
}

TEST(Statement, ComesBackAsItWas) {
  const Bytes bytes = Encode(Full());
  const auto read = DecodeStatement(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(Encode(*read), bytes);
  EXPECT_EQ(read->statement.question.parameters, Full().statement.question.parameters);
  EXPECT_EQ(read->statement.visitor.trainings, Full().statement.visitor.trainings);
  EXPECT_EQ(read->statement.question.settings.epsilon, 0.5);
}

TEST(Statement, IsWholeOrNothing) {
  const Bytes bytes = Encode(Full());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeStatement(ByteView(bytes).first(size))) << size;
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(DecodeStatement(longer));
  EXPECT_FALSE(DecodeStatement(Bytes((1U << 20) + 1)));
}

TEST(Statement, HasAnIdOfItsHomeAndSession) {
  Statement one = Full().statement;
  Statement other = one;
  other.question.text = "SELECT 1";
  EXPECT_EQ(IdOf(one), IdOf(other));
  EXPECT_EQ(IdOf(one).size(), 16U);
  other.visitor.home = kBrno;
  EXPECT_NE(IdOf(one), IdOf(other)) << "another member could take the id first";
}

TEST(Statement, OfARoundHasItsState) {
  SignedStatement signed_one = Full();
  signed_one.statement.round = release::FitRound{3, R"({"beta":[0.5,-1]})"};
  const Bytes bytes = Encode(signed_one);
  const auto read = DecodeStatement(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->statement.round, signed_one.statement.round);
  EXPECT_EQ(Encode(*read), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeStatement(ByteView(bytes).first(size))) << size;

  Statement other = signed_one.statement;
  other.round->state = R"({"beta":[0.5,-2]})";
  EXPECT_NE(IdOf(signed_one.statement), IdOf(other));
  EXPECT_NE(HashOf(signed_one.statement), HashOf(other));
  other.round.reset();
  EXPECT_NE(IdOf(signed_one.statement), IdOf(other)) << "a question and a round are two things";
  EXPECT_EQ(IdOf(Full().statement), IdOf(other));
}

TEST(Statement, OfARoundMayBeLonger) {
  SignedStatement one = Full();
  one.statement.question.text = std::string(2U << 20, 'a');
  EXPECT_FALSE(DecodeStatement(Encode(one)));
  one = Full();
  one.statement.round = release::FitRound{1, std::string(2U << 20, 'a')};
  EXPECT_TRUE(DecodeStatement(Encode(one)));
  one.statement.round->state = std::string(17U << 20, 'a');
  EXPECT_FALSE(DecodeStatement(Encode(one)));
}

TEST(Statement, IsCheckedByTheOwnersOwnCopy) {
  Trio trio;
  const struct {
    const char* name;
    const char* caller;
    void (*change)(SignedStatement&);
    Milliseconds late;
    const char* reason;
  } cases[] = {
      {"as it should be", kArad, [](SignedStatement&) {}, Milliseconds(0), ""},
      {"five minutes old", kArad, [](SignedStatement&) {}, kSkew, ""},
      {"older", kArad, [](SignedStatement&) {}, kSkew + Milliseconds(1), "clock_skewed"},
      {"from the future", kArad, [](SignedStatement&) {}, -kSkew - Milliseconds(1), "clock_skewed"},
      {"brought by another", kBrno, [](SignedStatement&) {}, Milliseconds(0), "statement_not_yours"},
      {"with another text", kArad, [](SignedStatement& s) { s.statement.question.text += " "; },
       Milliseconds(0), "statement_unsigned"},
      {"with another signature", kArad, [](SignedStatement& s) { s.signature[5] ^= 1; }, Milliseconds(0),
       "statement_unsigned"},
      {"under an old document", kArad, [](SignedStatement& s) { s.statement.document = "old"; },
       Milliseconds(0), "document_differs"},
      {"of a stranger", "mallow", [](SignedStatement& s) { s.statement.visitor.home = "mallow"; },
       Milliseconds(0), "not_a_party"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    SignedStatement statement = trio.Statement(kArad, "sums");
    c.change(statement);
    const auto held = CheckStatement(statement, *trio.judge.documents.at(kBrno), c.caller,
                                     statement.statement.time + c.late);
    EXPECT_EQ(held ? "" : held.error().reason, c.reason);
  }
}

TEST(Statement, NamesTheSkew) {
  Trio trio;
  const SignedStatement statement = trio.Statement(kArad, "sums");
  const auto held = CheckStatement(statement, *trio.judge.documents.at(kBrno), kArad,
                                   statement.statement.time - std::chrono::minutes(7));
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().message, "the question is from a clock that is 420 seconds ahead of this member's");
}

}  // namespace
}  // namespace concordat::federation
