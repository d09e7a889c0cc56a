#include "release/job.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ledger/seal.h"
#include "ledger/testing_ledger.h"

namespace concordat::release {
namespace {

class JobTest : public testing::Test {
 protected:
  struct What {
    const char* outcome;
    std::uint64_t round = 1;
    double epsilon = 0;
    const char* job = "aaaaaaaaaaaaaaaa";
    const char* analyst = "ana";
    bool sealed = false;
  };
  void Enter(const What& what) {
    Json secret = {{"text", "SELECT * FROM concordat.glm('disease ~ age', 'patients', family => 'binomial')"},
                   {"parameters", {"0.05"}},
                   {"began", "2026-11-20T08:00:00Z"},
                   {"epsilon", what.epsilon},
                   {"asked", 3}};
    const std::string outcome = what.outcome;
    if (outcome == "opened" || outcome == "answered") secret["said"] = "round " + std::to_string(what.round);
    Json body = {{"question", "q"},
                 {"outcome", what.outcome},
                 {"agreement", "heart-study"},
                 {"table", "patients"},
                 {"analyst", what.analyst},
                 {"fit", {{"job", what.job}, {"method", "glm"}, {"round", what.round}}}};
    ledger::Draft draft{ledger::kind::kRelease, std::move(body), std::move(secret)};
    if (what.sealed) ledger::Seal(draft, ledger_.clock.Now() + std::chrono::hours(24));
    ledger_.clock.Advance(Milliseconds(1000));
    ASSERT_TRUE(ledger_->Append(std::move(draft)));
  }
  Job Only() {
    const auto jobs = *JobsOf(*ledger_, "heart-study", "ana");
    EXPECT_EQ(jobs.size(), 1U);
    return jobs.empty() ? Job{} : jobs.front();
  }

  store::TemporaryFolder folder_;
  ledger::TestLedger ledger_{folder_ / "store.db"};
};

TEST_F(JobTest, IsAsItsNewestEntryLeavesIt) {
  const struct {
    const char* name;
    std::vector<What> entries;
    const char* state;
    std::uint64_t round;
    const char* said;
    double epsilon;
  } cases[] = {
      {"begun", {{"begun", 1, 0.5}}, "interrupted", 0, "", 0.5},
      {"a round", {{"opened", 2, 1}}, "interrupted", 2, "round 2", 1},
      {"failed after a round", {{"opened", 2, 1}, {"failed", 3, 1.5}}, "failed", 2, "round 2", 1.5},
      {"failed at once", {{"failed", 1, 0.5}}, "failed", 0, "", 0.5},
      {"failed again and again",
       {{"opened", 4, 1},
        {"begun", 5, 2},
        {"failed", 5, 2},
        {"begun", 5, 3},
        {"failed", 5, 3},
        {"failed", 5, 3}},
       "failed",
       4,
       "round 4",
       3},
      {"finished", {{"opened", 1, 1}, {"answered", 2, 2}}, "finished", 2, "round 2", 2},
      {"asked again of other rows", {{"answered", 6, 3}, {"begun", 1, 0.5}}, "interrupted", 0, "", 0.5},
      {"the same, a round on", {{"answered", 6, 3}, {"opened", 1, 0.5}}, "interrupted", 1, "round 1", 0.5},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (What entry : c.entries) {
      entry.analyst = c.name;
      Enter(entry);
    }
    const auto jobs = *JobsOf(*ledger_, "heart-study", c.name);
    ASSERT_EQ(jobs.size(), 1U);
    const Job& job = jobs.front();
    EXPECT_EQ(job.state, c.state);
    EXPECT_EQ(job.round, c.round);
    EXPECT_EQ(job.said, c.said);
    EXPECT_EQ(job.epsilon, c.epsilon);
    EXPECT_EQ(job.asked, 3);
    EXPECT_EQ(job.method + " " + job.formula + " " + job.table, "glm disease ~ age patients");
    EXPECT_EQ(job.parameters, std::vector<std::string>{"0.05"});
    EXPECT_EQ(FormatTime(job.started).substr(0, 10), "2026-11-20");
    EXPECT_GT(job.updated, job.started);
  }
}

TEST_F(JobTest, ListsAnAnalystsOwnTheNewestFirst) {
  Enter({.outcome = "opened", .job = "aaaaaaaaaaaaaaaa"});
  Enter({.outcome = "opened", .job = "bbbbbbbbbbbbbbbb"});
  Enter({.outcome = "opened", .job = "cccccccccccccccc", .analyst = "bo"});
  const auto jobs = *JobsOf(*ledger_, "heart-study", "ana");
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].id, "bbbbbbbbbbbbbbbb");
  EXPECT_EQ(jobs[1].id, "aaaaaaaaaaaaaaaa");
  EXPECT_TRUE(JobsOf(*ledger_, "another", "ana")->empty());
  EXPECT_EQ(AllJobs(*ledger_)->size(), 3U);
}

TEST_F(JobTest, TellsNothingThatIsSealed) {
  Enter({.outcome = "opened", .round = 3, .epsilon = 1, .sealed = true});
  EXPECT_EQ(Only().round, 3U);
  EXPECT_EQ(Only().state, "interrupted");
  EXPECT_EQ(Only().text + Only().said + Only().formula, "");
}

}  // namespace
}  // namespace concordat::release
