#include "release/fit_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "dp/accounting.h"
#include "ledger/name.h"
#include "ledger/testing_ledger.h"
#include "release/prepare.h"

namespace concordat::release {
namespace {

using testing::HasSubstr;

constexpr Delta kProgressDelta{1e-5};
const std::string kSession(64, '7');

// Rounds at states {"round": n}, of which each costs more than the one before.
class Steps final : public learning::NoisyMethod {
 public:
  std::vector<learning::Output> Outputs() const override { return {}; }
  std::vector<std::string> Columns() const override { return {}; }
  Json Start() const override { return {{"round", 1}}; }
  Result<std::size_t> Length(const Json&) const override { return 1; }
  Result<learning::NoisyRound> Round(const Json& state) const override {
    return learning::NoisyRound{.bound = 1, .share = 0.1 * state.at("round").get<double>(), .sampled = 1};
  }
  Result<std::vector<Int128>> Add(const learning::UnitRows&, const Json&, std::uint64_t) const override {
    return std::vector<Int128>{0};
  }
  Outcome<learning::Step> Next(const Json&, std::span<const double>, double) const override { return {}; }
};

class FitProgressTest : public testing::Test {
 protected:
  FitProgressTest() {
    Prepared prepared;
    prepared.permit.agreement = "heart-study";
    prepared.permit.analyst = "ana";
    plan_.prepared = std::make_shared<const Prepared>(std::move(prepared));
    plan_.method = std::make_shared<Steps>();
    plan_.model = "m";
  }
  void MakeNoisy() {
    FitNoise noise;
    noise.method = std::make_shared<Steps>();
    noise.budget = {{3}, kProgressDelta};
    noise.share = dp::ShareOf(dp::Mechanism::kDiscreteGaussian, {.all = 2, .honest = 2, .disjoint = true});
    noise.steps = noise.share.StepsFor(dp::RhoFor(noise.budget));
    noise.whole = {.sensitivity = noise.share.OfAll(noise.steps), .scale = noise.share.scale};
    plan_.noise = noise;
  }
  void Enter(const char* outcome, std::uint32_t round, Json secret, const std::string& rows = "r") {
    if (outcome != std::string("failed")) ++asked_;  // which is of what was asked before
    Json body = {{"question", "q" + std::to_string(asked_)},
                 {"outcome", outcome},
                 {"agreement", "heart-study"},
                 {"analyst", "ana"},
                 {"fit", {{"job", JobOf(plan_)}, {"round", round}, {"rows", rows}}}};
    secret["text"] = "SELECT 1";
    ASSERT_TRUE(ledger_->Append({ledger::kind::kRelease, std::move(body), std::move(secret)}));
  }
  // A round that came to a total, with what is kept of it.
  void Open(std::uint32_t number, const std::string& rows = "r", bool answered = false) {
    const FitRound round = At(number);
    if (plan_.noise) spent_.Add(*CostOf(plan_, round));
    Json secret = Json::object();
    AddTo(secret, plan_, round,
          {.id = "q",
           .revisions = {},
           .receipts = {},
           .said = "round " + std::to_string(number),
           .began = *ParseTime("2026-11-20T00:00:00Z"),
           .spent = spent_,
           .session = kSession,
           .next_question = "after " + std::to_string(number),
           .next = answered ? Json() : Json{{"round", number + 1}},
           .vouchers = {{1, 2}, {3}}});
    Enter(answered ? "answered" : "opened", number, std::move(secret), rows);
  }
  // Which begins, or failed: counted in what was spent.
  void Try(const char* outcome, std::uint32_t number) {
    spent_.Add(*CostOf(plan_, At(number)));
    Enter(outcome, number, KeptOf(plan_, spent_, kSession));
  }
  static FitRound At(std::uint32_t number) { return {number, R"({"round":)" + std::to_string(number) + "}"}; }
  FitResumed Resume(const std::string& rows = "r") { return *ResumedOf(*ledger_, plan_, rows); }
  // Of so many askings of each round, from the first.
  double Cost(const std::vector<int>& asked) {
    dp::Composition sum;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      for (int times = 0; times < asked[i]; ++times)
        sum.Add(*CostOf(plan_, At(static_cast<std::uint32_t>(i + 1))));
    }
    return sum.ToEpsilon(kProgressDelta).value;
  }

  store::TemporaryFolder folder_;
  ledger::TestLedger ledger_{folder_ / "store.db"};
  FitPlan plan_;
  FitSpent spent_;
  int asked_ = 0;
};

TEST_F(FitProgressTest, ExactFitsGoOnWithTheNewestRoundAndItsVouchers) {
  EXPECT_EQ(Resume().round, At(1));
  EXPECT_EQ(Resume().said, "");
  Open(1);
  EXPECT_EQ(Resume().round, At(1)) << "the first needs nothing of before";
  Open(2);
  const FitResumed resumed = Resume();
  EXPECT_EQ(resumed.round, At(2));
  EXPECT_EQ(resumed.vouchers, (std::vector<Bytes>{{1, 2}, {3}}));
  EXPECT_EQ(FormatTime(resumed.began).substr(0, 10), "2026-11-20");
  EXPECT_THAT(resumed.said, HasSubstr("goes on with round 2 of 2026-11-23T07:10:04"));
  EXPECT_TRUE(resumed.bill.spent().empty());
  for (int i = 0; i < 6; ++i) Enter("failed", 3, {{"epsilon", 0}});
  EXPECT_EQ(Resume().round, At(2)) << "however many failures follow";
  Open(3, "r", true);
  EXPECT_EQ(Resume().round, At(1)) << "it came to its end";
}

TEST_F(FitProgressTest, BeginAnewOverOtherRowsAndWithoutAState) {
  Open(1);
  Open(2);
  EXPECT_EQ(Resume("others").round, At(1));
  EXPECT_THAT(Resume("others").said, HasSubstr("begins anew: owners' rows are others than in round 2"));
  Enter("opened", 3, {{"said", "round 3"}});
  EXPECT_EQ(Resume().round, At(1));
  EXPECT_THAT(Resume().said, HasSubstr("begins anew: the state after round 3"));
}

TEST_F(FitProgressTest, NoisyFitsGoOnAfterTheNewestRoundAndCountAllThatWasAsked) {
  MakeNoisy();
  EXPECT_TRUE(Resume().bill.spent().empty());
  Try("begun", 1);  // and died
  EXPECT_EQ(Resume().round, At(1));
  EXPECT_DOUBLE_EQ(Resume().bill.spent().At(kProgressDelta).value, Cost({1}));
  Try("begun", 1);
  spent_ = FitSpent::From({{"spent", Resume().bill.spent().ToJson()}});
  EXPECT_DOUBLE_EQ(spent_.At(kProgressDelta).value, Cost({2}));
}

TEST_F(FitProgressTest, CountsTheRoundThatWasUnderWay) {
  MakeNoisy();
  Open(1);
  Open(2);
  FitResumed resumed = Resume();
  EXPECT_EQ(resumed.round, At(3));
  EXPECT_TRUE(resumed.said.starts_with("goes on after round 2"));
  EXPECT_DOUBLE_EQ(resumed.bill.spent().At(kProgressDelta).value, Cost({1, 1, 1}))
      << "owners may have charged round 3";
  spent_ = resumed.bill.spent();
  Try("begun", 3);
  EXPECT_DOUBLE_EQ(Resume().bill.spent().At(kProgressDelta).value, Cost({1, 1, 2}));
  Enter("failed", 3, KeptOf(plan_, spent_, kSession));
  EXPECT_DOUBLE_EQ(Resume().bill.spent().At(kProgressDelta).value, Cost({1, 1, 2}))
      << "a failure says what was asked";
  EXPECT_EQ(Resume().round, At(3));
  EXPECT_DOUBLE_EQ(Resume("others").bill.spent().At(kProgressDelta).value, Cost({1, 1, 2}))
      << "spent, though it begins anew";
  Open(3, "r", true);
  EXPECT_TRUE(Resume().bill.spent().empty()) << "the next run is of other rows";
  Try("begun", 1);
  EXPECT_EQ(Resume().round, At(1));
  EXPECT_GT(Resume().bill.spent().At(kProgressDelta).value, 0);
}

// Killed in round 3, then twice in another session of it: each is in doubt until owners say.
TEST_F(FitProgressTest, KnowsWhichRoundsOwnersAreToBeAskedAbout) {
  MakeNoisy();
  Open(1);
  Open(2);
  Try("begun", 3);
  Try("begun", 3);
  FitBill bill = Resume().bill;
  std::vector<std::string> questions;
  for (const FitDoubt& doubt : bill.doubts()) {
    EXPECT_EQ(doubt.session, kSession);
    EXPECT_EQ(doubt.cost, *CostOf(plan_, At(3)));
    questions.push_back(doubt.question);
  }
  EXPECT_EQ(questions, (std::vector<std::string>{"after 2", "q3", "q4"}));
  EXPECT_DOUBLE_EQ(bill.spent().At(kProgressDelta).value, Cost({1, 1, 3}));
  bill.Settle({{"q4"}, {"after 2", "q4"}});
  EXPECT_DOUBLE_EQ(bill.spent().At(kProgressDelta).value, Cost({1, 1, 2}));
  Try("begun", 1);
  bill = Resume("others").bill;
  EXPECT_EQ(bill.doubts().back().cost, *CostOf(plan_, At(1))) << "it began anew";
}

// More may be asked of what was fitted: the whole table is kept with the answer, whatever that showed of it.
TEST_F(FitProgressTest, GivesWhatWasFittedAgainOfTheSameRowsAlone) {
  const auto stored = [&](const std::string& rows) { return *StoredFitOf(*ledger_, plan_, rows); };
  EXPECT_FALSE(stored("r")) << "nothing was fitted yet";
  Open(1);
  EXPECT_FALSE(stored("r")) << "nor has it come to its end";
  const learning::Fitted fitted{
      .columns = {{"term", Type::kText}, {"estimate", Type::kNumber}, {"df", Type::kInteger}},
      .rows = {{"age", 0.1, std::int64_t{3}}, {"sex", Value(), Value()}},
      .model = {{"b", 1}}};
  FitOutcome outcome{.id = "q", .fitted = &fitted};
  Json secret = Json::object();
  AddTo(secret, plan_, At(2), outcome);
  Enter("answered", 2, secret);
  ASSERT_TRUE(stored("r"));
  EXPECT_EQ(stored("r")->answer, "q2");
  EXPECT_EQ(stored("r")->fitted.rows, fitted.rows);
  EXPECT_FALSE(stored("others"));
  Enter("failed", 1, Json::object());
  EXPECT_TRUE(stored("r")) << "a later failure takes nothing away";
  secret.erase("fitted");
  Enter("answered", 2, std::move(secret));
  EXPECT_FALSE(stored("r")) << "as an earlier version recorded it";
}

TEST_F(FitProgressTest, SaysWhatTheRecordKeeps) {
  MakeNoisy();
  EXPECT_EQ(KeptOf(plan_, {}, kSession)["epsilon"], 0);
  FitSpent much;
  for (int i = 0; i < 1000; ++i) much.Add(*CostOf(plan_, At(9)));
  EXPECT_FALSE(KeptOf(plan_, much, kSession).contains("epsilon")) << "past what accounting tells";
  EXPECT_EQ(FitSpent::From(KeptOf(plan_, much, kSession)).rounds(), much.rounds());
  EXPECT_EQ(RowsOf({{"a", "1"}, {"b", "2"}}), RowsOf({{"b", "2"}, {"a", "1"}}));
  EXPECT_NE(RowsOf({{"a", "1"}, {"b", "2"}}), RowsOf({{"a", "2"}, {"b", "1"}}));
}

}  // namespace
}  // namespace concordat::release
