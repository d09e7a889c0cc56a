// Fits over real ledgers, engines and sums: what owners enter, what they decline, and that the total is
// theirs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agreement/testing_agreement.h"
#include "cluster/study.h"
#include "crypto/canonical_json.h"
#include "federation/sums.h"
#include "federation/testing_sum.h"
#include "learning/fixed_point.h"
#include "ledger/name.h"
#include "release/record.h"

namespace concordat::cluster {
namespace {

using namespace federation;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kTerms[] =
    "protection: {mode: threshold, minimum_rows: 50, minimum_cell: 10}\nfederation: {quorum: 2, colluding: "
    "0}\n";
constexpr char kMean[] = "SELECT mean, rows FROM concordat.mean('~ age', 'patients')";

// What a member's program does otherwise.
struct Habits {
  double rows = 0;  // that it adds to its own
  bool counts = false;
  int* scattered = nullptr;
};

// The mean of a column in two rounds: rows and their sum, then the sum around the mean, which is none. A
// state may say that only so many of a member's rows count.
class Mean final : public learning::ExactMethod, public learning::MemberCounts {
 public:
  explicit Mean(Habits habits) : habits_(std::move(habits)) {}

  std::vector<learning::Output> Outputs() const override {
    return {{"mean", Type::kNumber}, {"rows", Type::kInteger}};
  }
  std::vector<std::string> Columns() const override { return {"age"}; }
  Json Start() const override { return {{"around", 0.0}}; }
  Result<std::size_t> Length(const Json& state) const override {
    if (!state.is_object() || !state.contains("around") || !state["around"].is_number())
      return Fail(ErrorCode::kInvalidArgument, "no number");
    return 2;
  }
  Result<learning::Sums> Add(const learning::Rows& rows, const Json& state) const override {
    learning::Sums sums{.numbers = {0, 0}, .effective_rows = 0};
    for (const double age : rows.Find("age")->values) {
      if (std::isnan(age) || sums.effective_rows >= state.value("most", 1e9)) continue;
      sums.numbers[0] += 1;
      sums.numbers[1] += age - state["around"].get<double>();
      sums.effective_rows += 1;
    }
    if (state.value("spoil", false)) sums.numbers[1] = 1e300;
    sums.numbers[0] += habits_.rows;
    return sums;
  }
  const learning::MemberCounts* member_counts() const override { return habits_.counts ? this : nullptr; }
  void Scatter(const Json& /*state*/, std::span<double> numbers, RandomSource& /*random*/) const override {
    EXPECT_EQ(numbers.size(), 2U);
    if (habits_.scattered != nullptr) ++*habits_.scattered;
  }
  Outcome<void> CheckRest(const Json& state, std::span<const double> totals,
                          std::span<const double> own) const override {
    EXPECT_TRUE(state.contains("around"));
    if (totals[0] >= own[0]) return {};
    return Refuse("counts_impossible", "the others have fewer rows than none", "", "58000");
  }
  Outcome<learning::Step> Next(const Json& state, std::span<const double> totals) const override {
    const double around = state["around"].get<double>();
    const double mean = around + totals[1] / totals[0];
    if (around == 0)
      return learning::Step{.state = {{"around", mean}}, .said = "round 1: a mean", .fitted = {}};
    return learning::Step{.state = nullptr,
                          .said = "round 2: the same",
                          .fitted = learning::Fitted{
                              Outputs(), {{mean, static_cast<std::int64_t>(totals[0])}}, {{"mean", mean}}}};
  }

 private:
  Habits habits_;
};

release::MethodMaker MakerOfMean(const Habits& habits) {
  return {.exact = [habits](const learning::Call& call, const learning::Schema& schema,
                            const learning::Rules&) -> Outcome<std::unique_ptr<learning::ExactMethod>> {
    if (call.method != "mean" || learning::Find(schema, "age") == nullptr)
      return Refuse("unknown_method", "there is mean alone", "", "42883");
    return std::make_unique<Mean>(habits);
  }};
}

class FitTest : public testing::Test {
 protected:
  void Found(const std::string& age_of_hungary = "[0, 120]", const std::string& allows = "mean",
             const std::string& terms = kTerms) {
    StudyTerms study{.agreement = terms,
                     .allows = allows,
                     .contracts = {{"hungary", {.age = age_of_hungary, .holdings = "disjoint"}}}};
    for (const char* name : {"budapest", "cleveland", "hungary", kHome})
      study.makes[name] = MakerOfMean(habits_[name]);
    study_ = std::make_unique<Study>(study);
  }

  Outcome<release::Answer> Fit(const std::string& text, const Summing& summing = PlainSumming(),
                               const std::vector<std::string>& away = {}) {
    World world(++seed_, summing);
    study_->Settle(world);
    for (const std::string& name : away) {
      world.nodes[name]->up = false;
      world.nodes[name]->owner = nullptr;
    }
    said_.clear();
    auto answer = study_->Fit(world, text, [&](const std::string& stage) {
      said_.push_back(stage);
      if (on_said_) on_said_();
    });
    Study::Leave(world);
    return answer;
  }

  // All members' programs count members from now on.
  void Count() {
    habits_[kHome].counts = true;
    for (const std::string& owner : kOwners) habits_[owner].counts = true;
  }

  std::vector<Json> Bodies(const std::string& member, const std::string& kind) {
    std::vector<Json> bodies;
    const ledger::Ledger& ledger = study_->at(member).ledger();
    const auto entries = ledger.Read(0, ledger.Head().size);
    for (const ledger::Entry& entry : *entries) {
      if (entry.kind == kind) bodies.push_back(entry.body);
    }
    return bodies;
  }

  std::map<std::string, Habits> habits_;  // of members, before they are found
  std::unique_ptr<Study> study_;
  std::vector<std::string> said_;
  std::function<void()> on_said_;
  std::uint64_t seed_ = 4;  // each fit has sessions of its own
};

TEST_F(FitTest, IsOfAllOwnersAndOnTheRecordOfEach) {
  Found();
  const auto answer = Fit(kMean, SecretSumming());
  ASSERT_TRUE(answer) << answer.error().reason << ": " << answer.error().message;
  // Ages i % 90: of the three owners 10 to 69, 20 to 79, 30 to 89.
  EXPECT_THAT(answer->rows, ElementsAre(Row{Value((39.5 + 49.5 + 59.5) / 3), Value(std::int64_t{180})}));
  EXPECT_THAT(said_, ElementsAre("round 1: a mean", "round 2: the same"));
  EXPECT_THAT(answer->notice, HasSubstr("mean in 2 rounds, model "));
  EXPECT_THAT(answer->notice, HasSubstr("of 3 of 3 owners, receipts of 3"));
  for (const std::string& owner : kOwners) {
    const auto charges = Bodies(owner, ledger::kind::kCharge);
    const auto openings = Bodies(owner, ledger::kind::kRelease);
    ASSERT_EQ(charges.size(), 2U);
    ASSERT_EQ(openings.size(), 1U);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_TRUE(charges[i]["measurements"].empty());
      EXPECT_EQ(charges[i]["analyst"], "ana@zurich");
      EXPECT_EQ(charges[i]["product"], owner + "/heart");
      EXPECT_EQ(charges[i]["fit"]["method"], "mean");
      EXPECT_EQ(charges[i]["fit"]["round"], i + 1);
    }
    EXPECT_EQ(openings[0]["fit"], charges[1]["fit"]);
    EXPECT_EQ(openings[0]["question"], charges[1]["question"]);
    EXPECT_EQ(openings[0]["outcome"], "contributed");
    EXPECT_EQ(charges[0]["fit"]["model"], charges[1]["fit"]["model"]);
    EXPECT_NE(charges[0]["fit"]["state"], charges[1]["fit"]["state"]);
    EXPECT_EQ(study_->at(owner).Spent(), 0);
  }
  const auto rounds = Bodies(kHome, ledger::kind::kRelease);  // exact: nothing is entered as it begins
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(rounds[0]["outcome"], "opened");
  EXPECT_EQ(rounds[1]["outcome"], "answered");

  const auto again = Fit(kMean);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, answer->id) << "the stored answer";
  EXPECT_EQ(Bodies("hungary", ledger::kind::kCharge).size(), 2U);
}

TEST_F(FitTest, NeedsAllOwnersWhateverTheQuorum) {
  Found();
  const auto answer = Fit(kMean, PlainSumming(), {"hungary"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "owners_missing");
  EXPECT_THAT(answer.error().message, HasSubstr("3 of 3 owners must answer, and 2 are there"));
  EXPECT_TRUE(Bodies("budapest", ledger::kind::kCharge).empty());
}

TEST_F(FitTest, RecordsOnceThatItFailed) {
  Found();
  on_said_ = [&] { study_->at(kHome).Suspend(); };  // after round 1
  const auto answer = Fit(kMean);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "agreement_not_active");
  std::vector<std::string> outcomes;
  for (const Json& body : Bodies(kHome, ledger::kind::kRelease)) outcomes.push_back(body["outcome"]);
  EXPECT_THAT(outcomes, ElementsAre("opened", "failed"));
  EXPECT_EQ(release::JobsOf(study_->at(kHome).ledger(), "heart-study", "ana")->at(0).state, "failed");
}

TEST_F(FitTest, NamesTheColumnThatAContractDeclaresOtherwise) {
  Found("[0, 130]");
  const auto answer = Fit(kMean);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "plans_differ");
  EXPECT_THAT(answer.error().message, HasSubstr("hungary has column age range [0,130], here [0,120]"));
}

TEST_F(FitTest, IsWhatTheAgreementAllows) {
  const struct {
    const char* allows;
    const char* terms;
    const char* reason;
  } cases[] = {
      {"mean", kTerms, ""},
      {"fit", kTerms, ""},
      {"glm", kTerms, "analysis_not_allowed"},
      {"sql, fit", "protection: {mode: dp, epsilon: 6, delta: 1.0e-6, per_query: 1, minimum_people: 1}\n",
       "unknown_method"},  // of those under noise
  };
  for (const auto& c : cases) {
    Found("[0, 120]", c.allows, c.terms);
    const auto answer = Fit(kMean);
    EXPECT_EQ(answer ? "" : answer.error().reason, c.reason) << c.allows;
  }
}

TEST_F(FitTest, CountsMembersWhereTheAgreementAllowsThatToo) {
  Count();
  for (const auto& [allows, reason] : {std::pair("mean", "analysis_not_allowed"),
                                       {"fit", "analysis_not_allowed"},
                                       {"mean, robust", ""},
                                       {"robust", "analysis_not_allowed"}}) {
    Found("[0, 120]", allows);
    const auto answer = Fit(kMean);
    EXPECT_EQ(answer ? "" : answer.error().reason, reason) << allows;
    study_.reset();
  }
}

// Each owner takes its own numbers off the total that it added up: what is left must be what others can have.
TEST_F(FitTest, IsRefusedByOwnersWhereWhatIsLeftIsImpossible) {
  int scattered = 0;
  Count();
  habits_["hungary"] = {.rows = -170, .counts = true, .scattered = &scattered};
  Found("[0, 120]", "mean, robust");
  const auto answer = Fit(kMean, SecretSumming());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "counts_impossible") << answer.error().message;
  EXPECT_GE(scattered, 1);
  for (const char* honest : {"budapest", "cleveland"})
    EXPECT_EQ(Bodies(honest, ledger::kind::kCharge).size(), 1U) << "its numbers of the second round stay";
}

// What the node that asks may say of a round, and what an owner makes of it.
class OwnerTest : public FitTest {
 protected:
  OwnerTest() {
    Found();
    visitor_ = {.analyst = "ana", .home = kHome, .trainings = {{"data-ethics", agreement::At("2026-03-01")}}};
    plan_ = *owner().Prepare(visitor_, "heart-study", question_);
  }
  release::FitOwner& owner() { return study_->at("budapest").fit_owner(); }
  Outcome<std::vector<Int128>> Compute(const release::FitRound& round) {
    auto kept = owner().Keep();
    return owner().Compute(fmt::format("{:016x}", ++next_), visitor_, question_, plan_, round, kept, {});
  }

  release::Visitor visitor_;
  release::Question question_{kMean, {}, {}};
  release::FitPlan plan_;
  std::uint64_t next_ = 0;
};

TEST_F(OwnerTest, TakesTheFirstStateFromTheCallAndChecksTheOthers) {
  const struct {
    release::FitRound round;
    bool holds;
  } cases[] = {
      {{1, R"({"around":0})"}, true},
      {{2, R"({"around":0.5})"}, true},
      {{1, R"({"around":0.5})"}, false},
      {{0, R"({"around":0})"}, false},
      {{2, R"({"around": 0.5})"}, false},
      {{2, R"({"around":5e-1})"}, false},
      {{2, R"({"around":"x"})"}, false},
      {{2, R"([])"}, false},
      {{2, ""}, false},
      {{2, R"({"around":0.5}{})"}, false},
  };
  for (const auto& c : cases) {
    const auto length = release::LengthOf(plan_, c.round);
    EXPECT_EQ(length.has_value(), c.holds) << c.round.number << " " << c.round.state;
    if (!length) EXPECT_EQ(length.error().reason, "state_invalid");
    if (length) EXPECT_EQ(*length, 2U);
  }
}

TEST_F(OwnerTest, DeclinesAStateThatFewOfItsRowsAreBehind) {
  for (const int most : {60, 10, 9, 1, 0}) {
    const auto numbers = Compute({2, fmt::format(R"({{"around":0,"most":{}}})", most)});
    const bool few = most > 0 && most < 10;
    EXPECT_EQ(numbers.has_value(), !few) << most;
    if (!numbers) EXPECT_EQ(numbers.error().reason, "too_few_rows");
    if (numbers) EXPECT_EQ(learning::FromFixed((*numbers)[0]), most);
  }
}

TEST_F(OwnerTest, FailsInWordsThatTellNothing) {
  const auto numbers = Compute({2, R"({"around":0,"spoil":true})"});
  ASSERT_FALSE(numbers);
  EXPECT_EQ(numbers.error().reason, "failed");
  EXPECT_EQ(study_->at("budapest").Outcomes(fmt::format("{:016x}", next_)),
            std::vector<std::string>{"charge"});
}

TEST_F(OwnerTest, EntersARoundOnceAndOpensItOnce) {
  const release::FitRound round{1, release::StartOf(plan_)};
  const std::string id(16, 'a');
  auto kept = owner().Keep();
  ASSERT_TRUE(owner().Compute(id, visitor_, question_, plan_, round, kept, {}));
  EXPECT_EQ(owner().Compute(id, visitor_, question_, plan_, round, kept, {}).error().reason,
            "question_known");
  ASSERT_TRUE(owner().RecordOpening(id, visitor_, question_, plan_, round, "c0ffee"));
  EXPECT_EQ(owner().RecordOpening(id, visitor_, question_, plan_, round, "c0ffee").error().reason,
            "opened_before");
  study_->at("budapest").Suspend();
  EXPECT_EQ(Compute(round).error().reason, "agreement_not_active");
  EXPECT_EQ(owner().StillInForce(plan_).error().reason, "agreement_not_active");
}

constexpr char kNoisy[] =
    "protection: {mode: dp, epsilon: 1.2, delta: 1.0e-6, per_query: 1, minimum_people: 1}\nfederation: "
    "{quorum: 2, colluding: 0}\n";
constexpr std::size_t kNoisyRounds = 5;  // of lm
constexpr char kLine[] = "SELECT term, estimate FROM concordat.lm('age ~ sex', 'patients')";

TEST_F(FitTest, UnderNoiseIsChargedAtEveryOwner) {
  Found("[0, 120]", "lm", kNoisy);
  const auto answer = Fit(kLine, SecretSumming());
  ASSERT_TRUE(answer) << answer.error().reason << ": " << answer.error().message;
  ASSERT_EQ(answer->rows.size(), 2U);
  EXPECT_THAT(answer->notice, HasSubstr("lm in 5 rounds, model "));
  EXPECT_THAT(answer->notice, HasSubstr("charged epsilon 1 at budapest (0.2"));
  for (const std::string& owner : kOwners) {
    const auto charges = Bodies(owner, ledger::kind::kCharge);
    ASSERT_EQ(charges.size(), kNoisyRounds);
    const Json measured = charges[0]["measurements"].at(0);
    EXPECT_EQ(measured["mechanism"], "discrete_gaussian");
    EXPECT_EQ(measured["scale"], 1816186) << "three owners' draws: 2^20 sqrt(3)";
    EXPECT_EQ(charges[0]["fit"]["round"], 1);
    EXPECT_NEAR(study_->at(owner).Spent(), 1, 1e-3);
  }
  const auto asked = Bodies(kHome, ledger::kind::kRelease);
  ASSERT_GE(asked.size(), 2U);
  EXPECT_EQ(asked.front()["outcome"], "begun") << "on record before any owner is charged";
  EXPECT_EQ(asked.back()["outcome"], "answered");
  EXPECT_EQ(release::RecordsOf(study_->at(kHome).ledger(), "heart-study", "ana")->size(), kNoisyRounds);
  const auto jobs = *release::JobsOf(study_->at(kHome).ledger(), "heart-study", "ana");
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_NEAR(jobs[0].epsilon, study_->at("hungary").Spent(), 1e-9);
  EXPECT_EQ(Fit(kLine)->id, answer->id) << "the stored answer";
  const auto other = Fit("SELECT term FROM concordat.lm('age ~ 1', 'patients')");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "budget_exhausted") << other.error().message;
  for (const std::string& owner : kOwners)
    EXPECT_EQ(Bodies(owner, ledger::kind::kCharge).size(), kNoisyRounds);
}

// Rounds get lost on the way to owners, some to all of them, until a later one arrives. What is shown is what
// the owner was charged that was charged most, whether the fit waited or was asked again.
TEST_F(FitTest, UnderNoiseTellsWhatOwnersWereCharged) {
  const struct {
    const char* name;
    std::vector<std::string> from;  // whom rounds do not reach
    int lost;                       // of these
    bool ends;                      // and is asked again
    std::size_t again;              // rounds that those whom all reach are charged once more
  } cases[] = {
      {"nothing is lost", kOwners, 0, false, 0},
      {"nobody is reached, twice", kOwners, 2, false, 0},
      {"one is not reached, once", {"hungary"}, 1, false, 1},
      {"one is not reached, twice", {"cleveland"}, 2, false, 2},
      {"nobody is reached at all, until it is asked again", kOwners, 1'000'000, true, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Found("[0, 120]", "lm",
          "protection: {mode: dp, epsilon: 12, delta: 1.0e-6, per_query: 1, minimum_people: 1}\nfederation: "
          "{quorum: 2, colluding: 0}\n");
    std::map<std::string, int> lost;
    study_->tamper = [&](Call& call) {
      const bool reached = std::find(c.from.begin(), c.from.end(), call.member) == c.from.end();
      if (call.method == method::kRound && !reached && lost[call.member]++ < c.lost) call.request.clear();
    };
    auto answer = Fit(kLine);
    EXPECT_EQ(answer.has_value(), !c.ends);
    if (c.ends) {
      EXPECT_EQ(answer.error().reason, "owners_missing");
      study_->tamper = nullptr;
      answer = Fit(kLine);
    }
    ASSERT_TRUE(answer) << answer.error().message;
    double most = 0;
    for (const std::string& owner : kOwners) {
      const auto charges = Bodies(owner, ledger::kind::kCharge);
      const bool reached = std::find(c.from.begin(), c.from.end(), owner) == c.from.end();
      EXPECT_EQ(charges.size(), kNoisyRounds + (reached ? c.again : 0)) << owner;
      most = std::max(most, study_->at(owner).Spent());
    }
    const auto jobs = *release::JobsOf(study_->at(kHome).ledger(), "heart-study", "ana");
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_NEAR(jobs[0].epsilon, most, 1e-9);
  }
}

TEST_F(FitTest, UnderNoiseNeedsAllOwnersToo) {
  Found("[0, 120]", "lm", kNoisy);
  const auto answer = Fit(kLine, PlainSumming(), {"hungary"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "owners_missing");
  EXPECT_EQ(study_->at("budapest").Spent(), 0);
}

// Members of tests add no noise, so what owners give are the exact integers.
std::vector<Int128> IntegersOf(Member& member, std::uint64_t& sensitivity) {
  const release::Visitor visitor{"ana", kHome, {{"data-ethics", agreement::At("2026-03-01")}}};
  const release::Question question{kLine, {}, {}};
  const auto plan = member.fit_owner().Prepare(visitor, "heart-study", question);
  EXPECT_TRUE(plan) << plan.error().message;
  const release::FitRound round{1, release::StartOf(*plan)};
  sensitivity = release::CostOf(*plan, round)->at(0).sensitivity;
  release::KeptRows kept = member.fit_owner().Keep();
  return *member.fit_owner().Compute("0123456789abcdef", visitor, question, *plan, round, kept, {});
}

TEST(NoisyFit, MovesByNoMoreThanIsChargedForOnePerson) {
  std::vector<std::vector<Int128>> sums;
  std::uint64_t sensitivity = 0;
  for (const int first : {268, 269}) {  // with a man of age 88, and without
    Member member("budapest");
    member.Publish(first, 330, {.holdings = "disjoint"});
    member.Agree(HeartStudy(kNoisy, "lm"));
    sums.push_back(IntegersOf(member, sensitivity));
  }
  ASSERT_EQ(sums[0].size(), sums[1].size());
  double squares = 0;
  for (std::size_t i = 0; i < sums[0].size(); ++i)
    squares += std::pow(static_cast<double>(sums[0][i] - sums[1][i]), 2);
  EXPECT_LE(std::sqrt(squares), static_cast<double>(sensitivity));
  EXPECT_GT(std::sqrt(squares), 0.5 * static_cast<double>(sensitivity)) << "the bound is made use of";
}

}  // namespace
}  // namespace concordat::cluster
