#include "pgwire/settings.h"

#include <gtest/gtest.h>

#include "pgwire/command.h"
#include "pgwire/portal.h"
#include "pgwire/throttle.h"

namespace concordat::pgwire {
namespace {

TEST(Settings, TakeValuesOrSayWhyNot) {
  const struct {
    const char* name;
    const char* value;
    const char* shown;  // or the SQLSTATE of a refusal
  } cases[] = {
      {"concordat.epsilon", "0.5", "0.5"},
      {"concordat.epsilon", "0", "22023"},
      {"concordat.epsilon", "nan", "22023"},
      {"concordat.epsilon", "inf", "22023"},
      {"concordat.epsilon", "half", "22023"},
      {"concordat.epsilon", "", ""},
      {"Concordat.Accuracy", "2%", "±2%"},
      {"concordat.accuracy", "±50", "±50"},
      {"concordat.accuracy", "+/-0.5%", "±0.5%"},
      {"concordat.accuracy", "-5", "22023"},
      {"concordat.accuracy", "±", "22023"},
      {"concordat.margins", "yes", "on"},
      {"concordat.margins", "perhaps", "22023"},
      {"concordat.speed", "1", "42704"},
      {"nonsense", "1", "42704"},
      {"server_version", "16", "55P02"},
      {"client_encoding", "unicode", "UTF8"},
      {"client_encoding", "latin1", "22023"},
      {"DateStyle", "German", "22023"},
      {"DateStyle", "iso, dmy", "ISO, DMY"},
      {"extra_float_digits", "4", "22023"},
      {"statement_timeout", "5min", "300000"},
      {"statement_timeout", "-1", "22023"},
      {"standard_conforming_strings", "off", "22023"},
      {"application_name", "caf\xC3\xA9", "caf??"},
      {"transaction_read_only", "off", "on"},
      {"client_min_messages", "WARNING", "warning"},
      {"client_min_messages", "debug", "debug2"},
      {"client_min_messages", "loud", "22023"},
      {"app.user", "x", "x"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.name) + " = " + c.value);
    Settings settings(1, "ana");
    const auto set = settings.Set(c.name, c.value);
    EXPECT_EQ(set ? settings.Show(c.name).value() : set.error().sqlstate, c.shown);
  }
}

TEST(Settings, BecomeAQuestions) {
  Settings settings(1, "ana");
  EXPECT_FALSE(settings.question().epsilon);
  EXPECT_FALSE(settings.question().margins);
  ASSERT_TRUE(settings.Set("concordat.epsilon", "0.5"));
  ASSERT_TRUE(settings.Set("concordat.accuracy", "2%"));
  ASSERT_TRUE(settings.Set("concordat.margins", "on"));
  ASSERT_TRUE(settings.Set("concordat.negative", "on"));
  ASSERT_TRUE(settings.Set("concordat.pure", "on"));
  ASSERT_TRUE(settings.Set("concordat.purpose", "dpv:ScientificResearch"));
  const release::Settings question = settings.question();
  EXPECT_EQ(question.epsilon, 0.5);
  EXPECT_EQ(question.accuracy, "±2%");
  EXPECT_TRUE(question.margins && question.allow_negative && question.pure);
  EXPECT_EQ(question.purpose, "dpv:ScientificResearch");
  settings.ResetAll();
  EXPECT_FALSE(settings.question().epsilon);
  EXPECT_FALSE(settings.question().pure);
}

TEST(Settings, ReadStartUpOptions) {
  const auto options = ParseOptions("-c concordat.epsilon=0.5 --application-name=a\\ b  -cgeqo=off");
  ASSERT_TRUE(options);
  EXPECT_EQ(*options, (std::vector<std::pair<std::string, std::string>>{
                          {"concordat.epsilon", "0.5"}, {"application_name", "a b"}, {"geqo", "off"}}));
  EXPECT_FALSE(ParseOptions("-d 5"));
  EXPECT_FALSE(ParseOptions("-c"));
  EXPECT_FALSE(ParseOptions("-c =1"));
}

TEST(Move, WalksAsFetchDoes) {
  using Direction = FetchCommand::Direction;
  const struct {
    const char* name;
    std::size_t from;
    Direction direction;
    std::int64_t count;
    Span span;
    std::size_t to;
  } cases[] = {
      {"two on", 0, Direction::kForward, 2, {0, 2}, 2},
      {"past the end", 3, Direction::kForward, 5, {3, 4}, 5},
      {"exactly to the last", 0, Direction::kForward, 4, {0, 4}, 4},
      {"at the end", 5, Direction::kForward, 1, {4, 4}, 5},
      {"all", 1, Direction::kForward, kEverything, {1, 4}, 5},
      {"back from the end", 5, Direction::kBackward, 2, {2, 4, true}, 3},
      {"back past the start", 2, Direction::kBackward, 9, {0, 1, true}, 0},
      {"forward by less than nothing", 3, Direction::kForward, -1, {1, 2, true}, 2},
      {"the least there is", 3, Direction::kForward, INT64_MIN, {0, 2, true}, 0},
      {"again", 3, Direction::kForward, 0, {2, 3}, 3},
      {"absolute from the end", 0, Direction::kAbsolute, -1, {3, 4}, 4},
      {"absolute past the end", 0, Direction::kAbsolute, INT64_MAX, {0, 0}, 5},
      {"relative back", 4, Direction::kRelative, -3, {0, 1}, 1},
      {"relative far back", 4, Direction::kRelative, INT64_MIN, {0, 0}, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::size_t position = c.from;
    const Span span = Move(position, 4, c.direction, c.count);
    EXPECT_EQ(span.end - span.begin, c.span.end - c.span.begin);
    if (c.span.end > c.span.begin) EXPECT_EQ(span.begin, c.span.begin);
    EXPECT_EQ(span.backward, c.span.backward);
    EXPECT_EQ(position, c.to);
  }
}

std::string QuestionIn(const std::string& text) {
  const auto statements = ParseCommands(text);
  if (!statements) return statements.error().sqlstate + " " + statements.error().reason;
  const Command& command = statements->at(0).command;
  const Inquiry* question = nullptr;
  if (const auto* explain = std::get_if<ExplainCommand>(&command)) question = &explain->question;
  if (const auto* declare = std::get_if<DeclareCommand>(&command)) question = &declare->question;
  if (const auto* copy = std::get_if<CopyCommand>(&command)) question = &copy->question;
  if (const auto* prepare = std::get_if<PrepareCommand>(&command)) question = &prepare->question;
  if (question == nullptr) return "none";
  EXPECT_EQ(statements->at(0).text.substr(question->offset, question->text.size()), question->text);
  return question->text;
}

TEST(ParseCommands, FindsTheQuestionInside) {
  const struct {
    const char* text;
    const char* question;
  } cases[] = {
      {"EXPLAIN SELECT 1", "SELECT 1"},
      {"explain (costs off, verbose) select 1", "select 1"},
      {"EXPLAIN (SELECT 1)", "(SELECT 1)"},
      {"EXPLAIN VERBOSE WITH a AS (SELECT 1) TABLE a", "WITH a AS (SELECT 1) TABLE a"},
      {"DECLARE c CURSOR FOR SELECT 1", "SELECT 1"},
      {"DECLARE \"for\" BINARY CURSOR WITH HOLD FOR SELECT substring('x' for 1)",
       "SELECT substring('x' for 1)"},
      {"DECLARE cursor CURSOR FOR SELECT 1", "SELECT 1"},
      {"COPY (SELECT ')' FROM (VALUES (1)) AS v) TO STDOUT", "SELECT ')' FROM (VALUES (1)) AS v"},
      {"COPY /* ( */ (SELECT 1) TO STDOUT", "SELECT 1"},
      {"PREPARE as_ (int, text) AS SELECT 1 AS a", "SELECT 1 AS a"},
      {"INSERT INTO t VALUES (1)", "0A000 read_only"},
      {"COPY t TO STDOUT", "42501 row_level_output"},
      {"COPY t FROM STDIN", "0A000 read_only"},
      {"COPY (SELECT 1) TO '/tmp/x'", "42501 read_only"},
      {"COPY (SELECT 1) TO PROGRAM 'x'", "42501 read_only"},
      {"EXPLAIN DELETE FROM t", "0A000 not_supported"},
      {"LISTEN x", "0A000 read_only"},
      {"SELECT 1; DROP TABLE t", "0A000 read_only"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(QuestionIn(c.text), c.question);
  }
}

TEST(ParseCommands, SplitsAtBytesAndPlacesFaultsInCharacters) {
  const auto statements = ParseCommands("SELECT 'ä' ;\n  SELECT 2 ; ");
  ASSERT_TRUE(statements);
  ASSERT_EQ(statements->size(), 2U);
  EXPECT_EQ(statements->at(1).text, "SELECT 2 ");
  EXPECT_EQ(statements->at(1).offset, 16U);
  const auto fault = ParseCommands("SELECT 'ä', FROM");
  ASSERT_FALSE(fault);
  EXPECT_EQ(fault.error().sqlstate, "42601");
  EXPECT_TRUE(ParseCommands(" ; -- nothing")->empty());
}

TEST(Throttle, LocksAnAddressOutForAWhile) {
  ManualClock clock(Time(Milliseconds(1'000'000)));
  Throttle throttle(clock, 3, Milliseconds(60'000));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(throttle.LockedOut("a"));
    throttle.Failed("a");
  }
  EXPECT_EQ(throttle.LockedOut("a"), Milliseconds(60'000));
  EXPECT_FALSE(throttle.LockedOut("b"));
  clock.Advance(Milliseconds(60'000));
  EXPECT_FALSE(throttle.LockedOut("a"));
  throttle.Failed("a");
  throttle.Failed("a");
  throttle.Succeeded("a");
  throttle.Failed("a");
  EXPECT_FALSE(throttle.LockedOut("a"));
  for (int i = 0; i < 11'000; ++i)
    throttle.Failed("x" + std::to_string(i));  // a flood is forgotten, oldest first
  EXPECT_EQ(AddressKey("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(AddressKey("2001:db8:1:2:3:4:5:6"), AddressKey("2001:db8:1:2::9"));
}

}  // namespace
}  // namespace concordat::pgwire
