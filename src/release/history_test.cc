#include "release/history.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace concordat::release {
namespace {

ledger::Entry Charge(std::uint64_t index, const std::string& id) {
  return {.index = index,
          .time = Time(Milliseconds(index)),
          .kind = ledger::kind::kCharge,
          .body = {{"question", id},
                   {"agreement", "heart-study"},
                   {"analyst", "ana"},
                   {"product", "lewisham/heart"}},
          .secret = {}};
}

ledger::Entry Outcome(std::uint64_t index, const std::string& id, const std::string& outcome,
                      const std::string& identity) {
  return {.index = index,
          .time = Time(Milliseconds(index)),
          .kind = ledger::kind::kRelease,
          .body = {{"question", id}, {"outcome", outcome}, {"identity", identity}},
          .secret = {}};
}

History Told(const std::vector<ledger::Entry>& entries) {
  History history;
  for (const auto& entry : entries) history.Apply(entry);
  return history;
}

TEST(History, FindsAnAnswerOnlyOnceItWasRecorded) {
  History history = Told({Charge(0, "aa11")});
  EXPECT_EQ(history.FindAnswer("q"), nullptr);
  EXPECT_EQ(history.Find("aa11")->outcome, "charged");  // what a crash leaves
  history.Apply(Outcome(1, "aa11", "answered", "q"));
  ASSERT_NE(history.FindAnswer("q"), nullptr);
  EXPECT_EQ(history.FindAnswer("q")->release, 1U);
  EXPECT_EQ(history.FindAnswer("q")->charge, 0U);
}

TEST(History, NeverAnswersFromWhatFailed) {
  const History history = Told({Charge(0, "aa11"), Outcome(1, "aa11", "failed", "q")});
  EXPECT_EQ(history.FindAnswer("q"), nullptr);
  EXPECT_EQ(history.Find("aa11")->outcome, "failed");
}

TEST(History, CountsRepetitionsAndKeepsTheAnswerWhereItIs) {
  const History history = Told({Charge(0, "aa11"), Outcome(1, "aa11", "answered", "q"),
                                Outcome(2, "aa11", "repeated", "q"), Outcome(3, "aa11", "repeated", "q")});
  EXPECT_EQ(history.FindAnswer("q")->repeats, 2U);
  EXPECT_EQ(history.FindAnswer("q")->release, 1U);
}

TEST(History, FindsByTheBeginningOfAnIdWhenThereIsOne) {
  const History history = Told({Charge(0, "aa11"), Charge(1, "aa12"), Charge(2, "bb"), Charge(3, "bbcc")});
  const struct {
    const char* beginning;
    const char* found;  // null: none or several
  } cases[] = {{"aa11", "aa11"}, {"aa1", nullptr}, {"bb", "bb"},  {"bbc", "bbcc"},
               {"b", nullptr},   {"", nullptr},    {"c", nullptr}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.beginning);
    const Record* record = history.Find(c.beginning);
    ASSERT_EQ(record != nullptr, c.found != nullptr);
    if (record != nullptr) EXPECT_EQ(record->id, c.found);
  }
}

TEST(History, ForgetsAllWhenCleared) {
  History history = Told({Charge(0, "aa11"), Outcome(1, "aa11", "answered", "q")});
  history.Clear();
  EXPECT_EQ(history.FindAnswer("q"), nullptr);
  EXPECT_TRUE(history.records().empty());
}

}  // namespace
}  // namespace concordat::release
