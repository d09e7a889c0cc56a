#include "release/record.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ledger/testing_ledger.h"

namespace concordat::release {
namespace {

class RecordTest : public testing::Test {
 protected:
  std::uint64_t Charge(const std::string& id, const std::string& analyst = "ana") {
    return Enter({.kind = ledger::kind::kCharge,
                  .body = ledger::ChargeBody({id, "lewisham/heart", "heart-study", "d", analyst, {}}),
                  .secret = {}});
  }
  std::uint64_t Outcome(const std::string& id, const std::string& outcome,
                        const std::string& identity = "i") {
    return Enter({.kind = ledger::kind::kRelease,
                  .body = {{"question", id}, {"outcome", outcome}, {"identity", identity}},
                  .secret = {}});
  }
  // As the node that asks enters what came of a question of several members.
  std::uint64_t Asked(const std::string& id, const std::string& outcome, const std::string& analyst = "ana") {
    Json secret = {{"text", "SELECT 1"}};
    if (outcome == "answered") {
      secret["answer"] = {{"notice", "charged epsilon 1"}};
      secret["receipts"] = {{"camden", {"a", "b"}}, {"lewisham", {"c", "d"}}};
    }
    return Enter({.kind = ledger::kind::kRelease,
                  .body = {{"question", id},
                           {"outcome", outcome},
                           {"identity", "i" + id},
                           {"agreement", "heart-study"},
                           {"table", "patients"},
                           {"owners", {"camden", "lewisham"}},
                           {"analyst", analyst}},
                  .secret = std::move(secret)});
  }
  std::uint64_t Enter(ledger::Draft draft) {
    const auto entry = ledger_->Append(std::move(draft));
    EXPECT_TRUE(entry);
    return entry->index;
  }
  // Changes a row behind the ledger's back.
  void Alter(const char* sql) {
    ASSERT_TRUE(ledger_.store->Write(
        [sql](store::Transaction& transaction) { return store::Execute(transaction.connection(), sql); }));
  }

  store::TemporaryFolder folder_;
  ledger::TestLedger ledger_{folder_ / "store.db"};
};

TEST_F(RecordTest, FindsAnAnswerOnlyOnceItWasRecorded) {
  const std::uint64_t charge = Charge("aa11");
  EXPECT_FALSE(FindAnswer(*ledger_, "i")->has_value());
  EXPECT_EQ(FindRecord(*ledger_, "aa11")->outcome, "charged");  // what a crash leaves
  const std::uint64_t release = Outcome("aa11", "answered");
  EXPECT_EQ(FindAnswer(*ledger_, "i")->value().index, release);
  const Record record = *FindRecord(*ledger_, "aa11");
  EXPECT_EQ(record.outcome, "answered");
  EXPECT_EQ(record.charge, charge);
  EXPECT_EQ(record.release, release);
  EXPECT_EQ(record.agreement + " " + record.analyst + " " + record.product, "heart-study ana lewisham/heart");
}

TEST_F(RecordTest, NeverAnswersFromWhatFailed) {
  Charge("aa11");
  Outcome("aa11", "failed");
  EXPECT_FALSE(FindAnswer(*ledger_, "i")->has_value());
  EXPECT_EQ(FindRecord(*ledger_, "aa11")->outcome, "failed");
}

TEST_F(RecordTest, CountsRepetitionsAndKeepsTheAnswerWhereItIs) {
  Charge("aa11");
  const std::uint64_t release = Outcome("aa11", "answered");
  Outcome("aa11", "repeated");
  Outcome("aa11", "repeated");
  EXPECT_EQ(FindRecord(*ledger_, "aa11")->repeats, 2U);
  EXPECT_EQ(FindRecord(*ledger_, "aa11")->release, release);
  EXPECT_EQ(FindAnswer(*ledger_, "i")->value().index, release);
}

TEST_F(RecordTest, GivesTheNewestAnswer) {
  Charge("aa11");
  Outcome("aa11", "answered");
  Charge("bb22");
  const std::uint64_t newest = Outcome("bb22", "answered");
  EXPECT_EQ(FindAnswer(*ledger_, "i")->value().index, newest);
}

TEST_F(RecordTest, FindsByTheBeginningOfAnIdWhenThereIsOne) {
  for (const char* id : {"aa11", "aa12", "bb", "bbcc"}) Charge(id);
  const struct {
    const char* beginning;
    const char* found;  // null: none or several
  } cases[] = {{"aa11", "aa11"}, {"aa1", nullptr}, {"bb", "bb"},  {"bbc", "bbcc"},
               {"b", nullptr},   {"", nullptr},    {"c", nullptr}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.beginning);
    const auto record = FindRecord(*ledger_, c.beginning);
    ASSERT_EQ(record.has_value(), c.found != nullptr);
    if (record) EXPECT_EQ(record->id, c.found);
    if (!record) EXPECT_EQ(record.error().code, ErrorCode::kNotFound);
  }
}

TEST_F(RecordTest, ListsAnAnalystsOwnInTheirOrder) {
  Charge("bb22");
  Charge("cc33", "bea");
  Charge("aa11");
  Outcome("aa11", "failed");
  const auto records = *RecordsOf(*ledger_, "heart-study", "ana");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].id + records[0].outcome, "bb22charged");
  EXPECT_EQ(records[1].id + records[1].outcome, "aa11failed");
  EXPECT_TRUE(RecordsOf(*ledger_, "heart-study", "an")->empty());
}

// At the node that asks there is no charge where it holds nothing of the table, and its own where it does.
TEST_F(RecordTest, ListsWhatOthersWereChargedFor) {
  const struct {
    const char* id;
    bool owns;  // part of the table
    const char* outcome;
    std::size_t receipts;
  } cases[] = {{"aa11", false, "answered", 2}, {"bb22", false, "failed", 0}, {"cc33", true, "answered", 2}};
  for (const auto& c : cases) {
    if (c.owns) Charge(c.id);
    if (c.owns) Outcome(c.id, "contributed");
    Asked(c.id, c.outcome);
    Asked(c.id, "repeated");
  }
  Asked("dd44", "answered", "bea");
  const auto records = *RecordsOf(*ledger_, "heart-study", "ana");
  ASSERT_EQ(records.size(), std::size(cases));
  for (std::size_t i = 0; i < records.size(); ++i) {
    SCOPED_TRACE(cases[i].id);
    EXPECT_EQ(records[i].id, cases[i].id);
    EXPECT_EQ(records[i].outcome, cases[i].outcome);
    EXPECT_EQ(records[i].product, cases[i].owns ? "lewisham/heart" : "patients");
    EXPECT_EQ(records[i].owners, (std::vector<std::string>{"camden", "lewisham"}));
    EXPECT_EQ(records[i].receipts, cases[i].receipts);
    EXPECT_EQ(records[i].notice, cases[i].receipts > 0 ? "charged epsilon 1" : "");
    EXPECT_EQ(records[i].repeats, 1U);
    EXPECT_EQ(FindRecord(*ledger_, cases[i].id)->charge, records[i].charge);
  }
  ASSERT_TRUE(ledger_->Erase({*records[0].release}, "its time is over"));
  const Record erased = RecordsOf(*ledger_, "heart-study", "ana")->front();
  EXPECT_EQ(erased.notice + erased.outcome, "answered");
  EXPECT_EQ(erased.receipts, 0U);
  EXPECT_TRUE(ledger_.Verified().ok()) << ledger_.Verified().faults.front();
}

// A row of the table of names that was changed passes nothing off as an answer, and verify names it.
TEST_F(RecordTest, DoesNotTakeOneEntryForAnother) {
  Charge("aa11");
  Outcome("aa11", "answered", "one");
  Charge("bb22");
  Outcome("bb22", "answered", "two");
  Alter("UPDATE name SET entry = 3 WHERE name = 'identity/one'");
  EXPECT_FALSE(FindAnswer(*ledger_, "one")->has_value());
  EXPECT_EQ(FindAnswer(*ledger_, "two")->value().index, 3U);
  const auto faults = ledger_.Verified().faults;
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_NE(faults[0].find("entry 1: it is not found under its name identity/one"), std::string::npos)
      << faults[0];
  Alter("UPDATE name SET entry = 1 WHERE name = 'identity/one'");
  EXPECT_TRUE(ledger_.Verified().ok());
  Alter("INSERT INTO name VALUES ('question/cc33', 2)");
  EXPECT_FALSE(FindRecord(*ledger_, "cc33"));
  EXPECT_EQ(ledger_.Verified().faults.size(), 1U);
}

// What an older version wrote goes by the same names as what this one writes.
TEST_F(RecordTest, NamesTheEntriesOfAnOlderStore) {
  Charge("aa11");
  Outcome("aa11", "answered");
  Outcome("aa11", "repeated");
  Charge("bb22", "bea");
  Outcome("bb22", "failed");
  Enter(ledger::Note(1));
  Alter("DROP TABLE name; PRAGMA user_version = 1");
  ledger_.Close();
  ledger_.Open();
  EXPECT_TRUE(ledger_.Verified().ok()) << ledger_.Verified().faults.front();
  EXPECT_EQ(FindRecord(*ledger_, "aa11")->repeats, 1U);
  EXPECT_EQ(FindAnswer(*ledger_, "i")->value().index, 1U);
  EXPECT_EQ(RecordsOf(*ledger_, "heart-study", "bea")->size(), 1U);
}

}  // namespace
}  // namespace concordat::release
