// A joint question at the one exit of each of its members: what is planned alike, charged, shared, recorded
// and answered; what each member refuses.
#include "release/joint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "agreement/testing_agreement.h"
#include "cluster/member.h"
#include "ledger/verify.h"
#include "release/joint_description.h"
#include "release/record.h"

namespace concordat::release {
namespace {

using cluster::ContractTerms;
using cluster::Member;

const std::vector<std::string> kOwners = {"budapest", "cleveland", "hungary"};
constexpr char kHome[] = "zurich";  // asks, and holds nothing

constexpr char kProtection[] =
    "protection: {mode: dp, epsilon: 3, delta: 1.0e-6, per_query: 1, minimum_people: 5}";

class JointExit : public testing::Test {
 protected:
  void SetUp() override { Start({}, ""); }
  void Start(const ContractTerms& terms, const std::string& federation,
             const std::string& protection = kProtection) {
    members_.clear();
    for (const std::string& name : kOwners) {
      members_.emplace(name, std::make_unique<Member>(name));
      const int first = 100 * static_cast<int>(members_.size());
      At(name).Publish(first, first + 60, terms);
    }
    members_.emplace(kHome, std::make_unique<Member>(kHome));
    for (auto& [name, member] : members_) {
      member->Agree(cluster::HeartStudy(protection + "\n" + federation));
      for (const std::string& owner : kOwners) {
        if (owner != name) member->Meet(At(owner));
      }
    }
    At(kHome).AddAnalyst("ana");
    At("budapest").AddAnalyst("bo");
  }
  Member& At(const std::string& name) { return *members_.at(name); }
  Member& Home() { return At(home_); }

  Question Asked(const std::string& text) const {
    return {.text = text, .parameters = {}, .settings = settings_};
  }
  Caller Who() const { return {.analyst = analyst_, .agreement = "heart-study", .way = "test"}; }
  Visitor Vouched() const {
    return {.analyst = analyst_, .home = home_, .trainings = {{"data-ethics", agreement::At("2026-03-01")}}};
  }
  // What a coordinator does, without any secrecy: owners contribute until there are `contributing` of them.
  Outcome<Answer> Ask(const std::string& text, const std::string& id, std::size_t contributing = 3) {
    const Question question = Asked(text);
    const JointPlan plan = TRY(Home().asker().Plan(Who(), question));
    std::map<std::string, JointPlan> plans;
    std::map<std::string, std::string> revisions;
    for (const std::string& owner : plan.sharing.owners) {
      plans.emplace(owner, TRY(At(owner).owner().Prepare(Vouched(), "heart-study", question)));
      const auto differences = DescriptionDifferences(owner, plans.at(owner).description, plan.description);
      if (!differences.empty()) return Refuse("plans_differ", differences.front(), "");
      EXPECT_EQ(plans.at(owner).description, plan.description);
      revisions[owner] = plans.at(owner).revision;
    }
    const std::string identity = JointAsker::Identity(plan, revisions);
    if (auto stored = TRY(Home().asker().Repeat(plan, identity))) return *std::move(stored);
    std::map<std::string, std::shared_ptr<Held>> held;
    std::set<Row> found;
    for (const std::string& owner : plan.sharing.owners) {
      if (held.size() == contributing) break;
      held[owner] = TRY(At(owner).owner().Compute(id, Vouched(), question, plans.at(owner), {}));
      const auto keys = At(owner).owner().Select(*held[owner]);
      found.insert(keys->begin(), keys->end());
    }
    const std::vector<Row> keys(found.begin(), found.end());
    std::vector<Int128> sums;
    for (auto& [owner, sum] : held) {
      const auto share = At(owner).owner().Share(*sum, keys, {});
      EXPECT_TRUE(share) << share.error().message;
      if (!share) return Refuse("failed", share.error().message, "");
      EXPECT_EQ(share->size(), (plan.finds_groups ? keys.size() : plan.declared) * plan.measured);
      sums.resize(share->size());
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += (*share)[i];
    }
    for (auto& [owner, sum] : held)
      TRY(At(owner).owner().RecordOpening(id, Vouched(), question, plans.at(owner), "c0ffee"));
    const Answer answer = TRY(Home().asker().Assemble(id, plan, keys, sums, held.size()));
    TRY(Home().asker().Record(Who(), question, plan, identity, answer, Json::object()));
    return answer;
  }

  std::map<std::string, std::unique_ptr<Member>> members_;
  std::string home_ = kHome, analyst_ = "ana";
  Settings settings_;
};

TEST_F(JointExit, AnswersWithTheSumOfAllOwners) {
  const auto answer =
      Ask("SELECT sex, count(*), avg(age) FROM patients GROUP BY sex ORDER BY sex", "00000000000000a1");
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->rows.size(), 3U);  // f, m, and nobody said
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][1]), 90);
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[1][1]), 90);
  EXPECT_TRUE(IsNull(answer->rows[2][1]));  // fewer than the minimum
  for (const std::string& owner : kOwners) {
    EXPECT_EQ(At(owner).Outcomes("00000000000000a1"), (std::vector<std::string>{"charge", "contributed"}));
    EXPECT_GT(At(owner).Spent(), 0.5);
    EXPECT_LE(At(owner).Spent(), 1);
    const auto found = ledger::Verify(At(owner).store(), At(owner).ledger().key(), [](std::uint64_t) {});
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->ok());
  }
  EXPECT_EQ(Home().Outcomes("00000000000000a1"), std::vector<std::string>{"answered"});
  const auto record = FindRecord(Home().ledger(), "00000000000000a1");  // though others were charged
  ASSERT_TRUE(record);
  EXPECT_EQ(record->outcome, "answered");
  EXPECT_EQ(record->product, "patients");
}

TEST_F(JointExit, AnswersTheSameQuestionOnceAndForAll) {
  const auto first = Ask("SELECT count(*) FROM patients", "00000000000000a1");
  ASSERT_TRUE(first) << first.error().message;
  const auto again = Ask("select COUNT( * ) from patients -- again", "00000000000000a2");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->rows, first->rows);
  EXPECT_TRUE(At("cleveland").Outcomes("00000000000000a2").empty());
  At("hungary").Publish(300, 340, {});  // other rows: another question
  const auto later = Ask("SELECT count(*) FROM patients", "00000000000000a3");
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(std::get<std::int64_t>(later->rows[0][0]), 160);
}

TEST_F(JointExit, FindsGroupsThatSomeOwnerHasEnoughOf) {
  settings_.epsilon = 1;
  const auto answer =
      Ask("SELECT note, count(*) FROM patients GROUP BY note ORDER BY note", "00000000000000a1");
  ASSERT_TRUE(answer) << answer.error().message;
  // Twenty people have each note at each owner, which is not enough at the epsilon that is left to choose by.
  EXPECT_TRUE(answer->rows.empty());
  ContractTerms terms;
  terms.holdings = "disjoint";
  Start(terms, "", "protection: {mode: dp, epsilon: 30, delta: 1.0e-6, per_query: 9, minimum_people: 5}");
  settings_.epsilon = 9;
  const auto more =
      Ask("SELECT note, count(*) FROM patients GROUP BY note ORDER BY note", "00000000000000a1");
  ASSERT_TRUE(more) << more.error().message;
  ASSERT_EQ(more->rows.size(), 3U);
  for (const Row& row : more->rows) EXPECT_EQ(std::get<std::int64_t>(row[1]), 60);
}

TEST_F(JointExit, TakesTheAnalystOfAnOwnerByItsOwnRecord) {
  home_ = "budapest";
  analyst_ = "bo";
  const auto answer = Ask("SELECT count(*) FROM patients", "00000000000000b1");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][0]), 180);
  EXPECT_EQ(Home().Outcomes("00000000000000b1"),
            (std::vector<std::string>{"charge", "contributed", "answered"}));
  const auto own = FindRecord(Home().ledger(), "00000000000000b1");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->analyst, "bo");
  EXPECT_EQ(own->outcome, "answered");
  EXPECT_EQ(FindRecord(At("hungary").ledger(), "00000000000000b1")->analyst, "bo@budapest");
}

TEST_F(JointExit, AsksOneOtherMemberForItsTable) {
  const auto answer = Ask("SELECT count(*) FROM alone", "00000000000000a1");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][0]), 60);
  EXPECT_TRUE(At("cleveland").Outcomes("00000000000000a1").empty());
  EXPECT_EQ(At("budapest").Outcomes("00000000000000a1"), (std::vector<std::string>{"charge", "contributed"}));
  EXPECT_TRUE(Home().asker().IsJoint("heart-study", "SELECT count(*) FROM alone"));
  home_ = "budapest";
  analyst_ = "bo";
  EXPECT_FALSE(Home().asker().IsJoint("heart-study", "SELECT count(*) FROM alone"));
  EXPECT_TRUE(Home().asker().IsJoint("heart-study", "SELECT count(*) FROM patients"));
}

TEST_F(JointExit, IsForOthersByTheTablesThatItNames) {
  const struct {
    const char* text;
    bool joint;
  } cases[] = {
      {"SELECT count(*) FROM alone", false},
      {"WITH patients AS (SELECT * FROM alone) SELECT count(*) FROM patients", false},
      {"SELECT count(*) FROM patients", true},
      {"WITH patients AS (SELECT * FROM patients) SELECT count(*) FROM patients", true},
      {"SELECT count(*) FROM alone JOIN patients USING (id)", true},
      {"SELECT count(*) FROM wards", true},  // then all that there is can be said beside the refusal
      {"SELECT 1", false},
      {"SELECT count(* FROM patients", false},
  };
  const JointAsker& asker = At("budapest").asker();
  for (const auto& c : cases) EXPECT_EQ(asker.IsJoint("heart-study", c.text), c.joint) << c.text;
  EXPECT_FALSE(asker.IsJoint("other", "SELECT count(*) FROM patients"));
  EXPECT_EQ(asker.Tables("heart-study").size(), 2U);
  EXPECT_TRUE(asker.Tables("other").empty());
}

TEST_F(JointExit, NamesWhatAnOwnerPlansOtherwise) {
  At("cleveland").Publish(200, 260, {.age = "[0, 90]"});
  const auto refused = Ask("SELECT avg(age) FROM patients", "00000000000000a1");
  ASSERT_FALSE(refused);  // the agreement names version 1, and its bounds have changed
  EXPECT_EQ(refused.error().reason, "product_superseded");
  Start({}, "");
  members_.erase("cleveland");
  members_.emplace("cleveland", std::make_unique<Member>("cleveland"));
  At("cleveland").Publish(200, 260, {.age = "[0, 90]"});
  At("cleveland").Agree(cluster::HeartStudy(kProtection));
  const auto differs = Ask("SELECT avg(age) FROM patients", "00000000000000a1");
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().message, "cleveland has column age range [0.0,90.0], here [0.0,120.0]");
  EXPECT_TRUE(At("budapest").Outcomes("00000000000000a1").empty());       // nothing was charged
  EXPECT_TRUE(Ask("SELECT count(*) FROM patients", "00000000000000a2"));  // which age has no part in
}

TEST_F(JointExit, DecidesAtEveryOwnerUnderItsOwnCopy) {
  const Question question = Asked("SELECT count(*) FROM patients");
  const auto reason = [&](const Visitor& visitor) {
    const auto plan = At("hungary").owner().Prepare(visitor, "heart-study", question);
    return plan ? "" : plan.error().reason;
  };
  EXPECT_EQ(reason(Vouched()), "");
  EXPECT_EQ(reason({.analyst = "ana", .home = "zurich", .trainings = {}}), "training_missing");
  EXPECT_EQ(reason({.analyst = "eve", .home = "zurich", .trainings = Vouched().trainings}),
            "agreement_unknown");
  EXPECT_EQ(reason({.analyst = "ana", .home = "oslo", .trainings = Vouched().trainings}), "analyst_unknown");
  EXPECT_EQ(reason({.analyst = "ana", .home = "hungary", .trainings = Vouched().trainings}),
            "analyst_unknown");
  At("hungary").Suspend();
  EXPECT_EQ(reason(Vouched()), "agreement_not_active");
}

TEST_F(JointExit, ChargesOnceAndSharesOnceAndOpensOnce) {
  JointOwner& owner = At("cleveland").owner();
  const Question question = Asked("SELECT count(*) FROM patients");
  const auto plan = owner.Prepare(Vouched(), "heart-study", question);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(owner.Left(*plan), "3 of 3 left");
  const auto held = owner.Compute("00000000000000a1", Vouched(), question, *plan, {});
  ASSERT_TRUE(held) << held.error().message;
  const auto twice = owner.Compute("00000000000000a1", Vouched(), question, *plan, {});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().reason, "question_known");
  EXPECT_NE(owner.Left(*plan), "3 of 3 left");
  ASSERT_TRUE(owner.Share(**held, {}, {}));
  EXPECT_EQ(owner.Share(**held, {}, {}).error().code, ErrorCode::kFailedPrecondition);
  ASSERT_TRUE(owner.RecordOpening("00000000000000a1", Vouched(), question, *plan, "c0ffee"));
  EXPECT_EQ(owner.RecordOpening("00000000000000a1", Vouched(), question, *plan, "c0ffee").error().reason,
            "opened_before");
}

TEST_F(JointExit, OpensNothingOnceTheAgreementHasEnded) {
  JointOwner& owner = At("cleveland").owner();
  const Question question = Asked("SELECT count(*) FROM patients");
  const auto plan = owner.Prepare(Vouched(), "heart-study", question);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_TRUE(owner.Compute("00000000000000a1", Vouched(), question, *plan, {}));
  EXPECT_TRUE(owner.StillInForce(*plan));
  At("cleveland").Suspend();
  EXPECT_EQ(owner.StillInForce(*plan).error().reason, "agreement_not_active");
  const auto opened = owner.RecordOpening("00000000000000a1", Vouched(), question, *plan, "");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "agreement_not_active");
  EXPECT_EQ(At("cleveland").Outcomes("00000000000000a1"), (std::vector<std::string>{"charge", "failed"}));
  const auto late = owner.Compute("00000000000000a2", Vouched(), question, *plan, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "agreement_not_active");
  EXPECT_TRUE(At("cleveland").Outcomes("00000000000000a2").empty());
}

TEST_F(JointExit, TakesNoKeysButThoseOfTheQuestion) {
  JointOwner& owner = At("cleveland").owner();
  const auto shared = [&](const std::string& text, const std::string& id, const std::vector<Row>& keys) {
    const Question question = Asked(text);
    const auto plan = owner.Prepare(Vouched(), "heart-study", question);
    EXPECT_TRUE(plan) << plan.error().message;
    const auto held = owner.Compute(id, Vouched(), question, *plan, {});
    EXPECT_TRUE(held) << held.error().message;
    const auto numbers = owner.Share(**held, keys, {});
    return numbers ? "" : numbers.error().message;
  };
  settings_.epsilon = 0.2;
  const std::string found = "SELECT note, count(*) FROM patients GROUP BY note";
  EXPECT_EQ(shared(found, "a1", {{Value("note 1")}, {Value("anything")}, {Value(Null())}}), "");
  EXPECT_NE(shared(found + " LIMIT 1", "a2", {{Value("note 1")}, {Value("note 1")}}), "");
  EXPECT_NE(shared(found + " LIMIT 2", "a3", {{Value(std::int64_t{1})}}), "");
  EXPECT_NE(shared(found + " LIMIT 3", "a4", {{Value("note 1"), Value("note 2")}}), "");
  EXPECT_NE(shared("SELECT count(*) FROM patients", "a5", {{}}), "");
}

TEST_F(JointExit, CountsEachOwnersQuestionsOfAVisitorTogether) {
  Start({}, "conditions: {questions_per_hour: 2}");
  settings_.epsilon = 0.1;
  for (int i = 0; i < 2; ++i) {
    const auto answer = Ask(fmt::format("SELECT count(*) FROM patients WHERE age > {}", i),
                            fmt::format("00000000000000a{}", i));
    ASSERT_TRUE(answer) << answer.error().message;
  }
  EXPECT_EQ(At("hungary")
                .owner()
                .Prepare(Vouched(), "heart-study", Asked("SELECT count(*) FROM patients"))
                .error()
                .reason,
            "rate_exceeded");
}

TEST_F(JointExit, RefusesWhatNoSumOfPartsAnswers) {
  ContractTerms terms;
  terms.rows = 2;
  Start(terms, "");
  const auto reason = [&](const std::string& text) {
    const auto plan = Home().asker().Plan(Who(), Asked(text));
    return plan ? "" : plan.error().reason;
  };
  EXPECT_EQ(reason("SELECT count(DISTINCT id) FROM patients"), "people_overlap");
  EXPECT_EQ(reason("SELECT count(*) FROM patients"), "");
  EXPECT_EQ(reason("SELECT count(DISTINCT id) FROM alone"), "");
  EXPECT_EQ(reason("SELECT count(*) FROM wards"), "unknown_table");
  terms.holdings = "disjoint";
  Start(terms, "");
  EXPECT_EQ(reason("SELECT count(DISTINCT id) FROM patients"), "");
}

// What is said of noise, for people with one owner each and for people who may be with all of them.
TEST_F(JointExit, SaysWhoseNoiseIsCountedOn) {
  const auto explained = [&](const std::string& holdings, const std::string& federation, const char* mode,
                             bool pure = false) {
    ContractTerms terms;
    terms.holdings = holdings;
    Start(terms, federation,
          fmt::format("protection: {{mode: {}, epsilon: 3, delta: 1.0e-6, per_query: 1, minimum_people: 5}}",
                      mode));
    settings_.pure = pure;
    const auto plan = Home().asker().Plan(Who(), Asked("SELECT count(*) FROM patients"));
    EXPECT_TRUE(plan) << plan.error().message;
    std::string lines;
    for (const std::string& line : Home().asker().Explain(*plan)) lines += line + "\n";
    return lines;
  };
  EXPECT_EQ(explained("overlapping", "", "dp"),
            "table   patients of budapest, cleveland, hungary, unit id\n"
            "shared  all 3 contribute; holds if 1 of them work together\n"
            "bound   heart by id to 1 row\n"
            "        at each owner\n"
            "people  may be with all 3 owners, and are counted for that\n"
            "noise   count: discrete_gaussian sigma 12.68 of 3 owners together, 7.319 of each\n"
            "minimum 5 people, noise included\n"
            "margin  count: ±24.85\n"
            "charge  epsilon 1 at delta 1e-06 (rho 0.028)\n");
  const struct {
    const char* holdings;
    const char* federation;
    const char* mode;
    bool pure;
    const char* line;
  } cases[] = {
      {"disjoint", "", "dp", false, "sigma 5.175 of 3 owners together, 4.226 counted on"},
      {"disjoint", "federation: {colluding: 0}", "dp", false,
       "sigma 4.226 of 3 owners together, 4.226 counted on"},
      {"disjoint", "federation: {quorum: 2}", "dp", false,
       "sigma 5.175 of 3 owners together, 4.226 counted on"},
      {"disjoint", "", "dp-local", false, "sigma 7.319 of 3 owners together, 4.226 counted on"},
      {"overlapping", "", "dp-local", false, "sigma 12.68 of 3 owners together, 7.319 of each"},
      {"overlapping", "", "dp", true, "discrete_laplace b 4.976 of 3 owners together, 3 of each"},
      {"disjoint", "", "dp", true, "discrete_laplace b 1.659 of 3 owners together, 1 counted on"},
  };
  for (const auto& c : cases) {
    const std::string lines = explained(c.holdings, c.federation, c.mode, c.pure);
    EXPECT_NE(lines.find(c.line), lines.npos) << c.line << "\n" << lines;
  }
}

}  // namespace
}  // namespace concordat::release
