#include "agreement/decision.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "agreement/testing_agreement.h"

namespace concordat::agreement {
namespace {

// Evidence under which everything is allowed; each case spoils one thing, or several to show the order.
struct World {
  Request request{.analyst = "ana", .agreement = "heart-study"};
  Standing standing{.document = Sample(), .state = State::kActive, .steps = {}};
  Analyst analyst{.name = "ana", .trainings = {{"data-ethics", At("2026-03-01")}}};
  bool has_standing = true;
  bool has_analyst = true;
  int asked = 0;
  Time now = At("2026-07-01");

  Outcome<Permit> Decided() const {
    return Decide(request, {.member = "lewisham",
                            .standing = has_standing ? &standing : nullptr,
                            .analyst = has_analyst ? &analyst : nullptr,
                            .now = now,
                            .asked = asked});
  }
};

TEST(Decide, PermitsWithObligations) {
  const World world;
  const auto permit = world.Decided();
  ASSERT_TRUE(permit);
  EXPECT_EQ(permit->agreement, "heart-study");
  EXPECT_EQ(permit->agreement_id, Sample()->id);
  EXPECT_EQ(permit->analyst, "ana");
  EXPECT_EQ(permit->purpose, "dpv:ScientificResearch");
  EXPECT_EQ(permit->tables, (std::map<std::string, ProductVersion>{{"patients", {"lewisham/heart", 3}}}));
  EXPECT_EQ(permit->epsilon.value, 0.5);
  EXPECT_EQ(permit->budget, (PrivacyBudget{{4}, {1e-6}}));
  EXPECT_FALSE(permit->analyst_epsilon);
  EXPECT_EQ(permit->minimum_people, 10);
  EXPECT_EQ(permit->retention_days, 90);
}

TEST(Decide, TakesTheEpsilonAskedFor) {
  World world;
  world.request.epsilon = 0.125;
  world.standing.document = Sample("minimum_people: 10", "minimum_people: 10\n  per_analyst: 2");
  EXPECT_EQ(world.Decided()->epsilon.value, 0.125);
  EXPECT_EQ(world.Decided()->analyst_epsilon->value, 2);
}

TEST(Decide, HoldsEachConditionToItsEvidence) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  const struct {
    const char* name;
    void (*spoil)(World&);
    const char* reason;  // "" where it is permitted
    const char* sqlstate;
  } cases[] = {
      {"as it should be", [](World&) {}, "", ""},
      {"analyst removed", [](World& w) { w.has_analyst = false; }, "analyst_unknown", "42501"},
      {"no agreement", [](World& w) { w.has_standing = false; }, "agreement_unknown", "42501"},
      {"names another", [](World& w) { w.standing.document = Sample("ana@", "ben@"); }, "agreement_unknown",
       "42501"},
      {"draft", [](World& w) { w.standing.state = State::kDraft; }, "agreement_not_active", "42501"},
      {"proposed", [](World& w) { w.standing.state = State::kProposed; }, "agreement_not_active", "42501"},
      {"suspended", [](World& w) { w.standing.state = State::kSuspended; }, "agreement_not_active", "42501"},
      {"revoked", [](World& w) { w.standing.state = State::kRevoked; }, "agreement_not_active", "42501"},
      {"last moment", [](World& w) { w.now = At("2026-11-30T23:59:59.999Z"); }, "", ""},
      {"ended", [](World& w) { w.now = At("2026-12-01"); }, "agreement_expired", "42501"},
      {"first moment", [](World& w) { w.now = At("2026-02-01"), w.analyst.trainings["data-ethics"] = w.now; },
       "", ""},
      {"not begun", [](World& w) { w.now = At("2026-01-31T23:59:59.999Z"); }, "agreement_not_yet_valid",
       "42501"},
      {"no training", [](World& w) { w.analyst.trainings.clear(); }, "training_missing", "42501"},
      {"other training",
       [](World& w) {
         w.analyst.trainings = {{"statistics", w.now}};
       },
       "training_missing", "42501"},
      {"training to come", [](World& w) { w.analyst.trainings["data-ethics"] = At("2026-07-02"); },
       "training_missing", "42501"},
      {"training a year old", [](World& w) { w.analyst.trainings["data-ethics"] = At("2025-07-01"); },
       "training_expired", "42501"},
      {"training nearly a year old", [](World& w) { w.analyst.trainings["data-ethics"] = At("2025-07-02"); },
       "", ""},
      {"training not needed",
       [](World& w) { w.standing.document = Sample("[data-ethics]", "[]"), w.analyst.trainings.clear(); }, "",
       ""},
      {"the purpose", [](World& w) { w.request.purpose = "dpv:ScientificResearch"; }, "", ""},
      {"another purpose", [](World& w) { w.request.purpose = "dpv:Marketing"; }, "purpose_mismatch", "42501"},
      {"empty purpose", [](World& w) { w.request.purpose = ""; }, "purpose_mismatch", "42501"},
      {"models alone", [](World& w) { w.standing.document = Sample("[sql]", "[glm]"); },
       "analysis_not_allowed", "42501"},
      {"all it may", [](World& w) { w.request.epsilon = 0.5; }, "", ""},
      {"more than it may", [](World& w) { w.request.epsilon = std::nextafter(0.5, 1); }, "epsilon_too_large",
       "22023"},
      {"zero", [](World& w) { w.request.epsilon = 0; }, "epsilon_invalid", "22023"},
      {"negative", [](World& w) { w.request.epsilon = -1; }, "epsilon_invalid", "22023"},
      {"revoked comes before all that can be mended",
       [](World& w) {
         w.standing.state = State::kRevoked, w.analyst.trainings.clear(), w.request.epsilon = 9;
       },
       "agreement_not_active", "42501"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    World world;
    c.spoil(world);
    const auto permit = world.Decided();
    ASSERT_EQ(permit ? "" : permit.error().reason, c.reason);
    if (!permit) {
      EXPECT_EQ(permit.error().sqlstate, c.sqlstate);
      EXPECT_FALSE(permit.error().hint.empty());
    }
  }
  for (const double epsilon : {nan, infinity, -infinity}) {
    World world;
    world.request.epsilon = epsilon;
    EXPECT_EQ(world.Decided().error().reason, "epsilon_invalid");
  }
}

// Whoever tries names learns nothing of agreements that do not name them, in whatever state those are.
TEST(Decide, ReadsTheSameForNoAgreementAndForAnothers) {
  World none;
  none.has_standing = false;
  const Refusal unknown = none.Decided().error();
  for (const State state :
       {State::kDraft, State::kProposed, State::kActive, State::kSuspended, State::kRevoked}) {
    for (const char* now : {"2026-01-01", "2026-07-01", "2027-01-01"}) {
      World other;
      other.standing.document = Sample("ana@", "ben@");
      other.standing.state = state;
      other.now = At(now);
      const Refusal refusal = other.Decided().error();
      EXPECT_EQ(refusal.reason, unknown.reason);
      EXPECT_EQ(refusal.message, unknown.message);
      EXPECT_EQ(refusal.hint, unknown.hint);
      EXPECT_EQ(refusal.sqlstate, unknown.sqlstate);
    }
  }
}

// "ana" of one member is not "ana" of another.
TEST(Decide, KnowsAnalystsByTheirMember) {
  const World world;
  const auto permit = Decide(
      world.request,
      {.member = "southwark", .standing = &world.standing, .analyst = &world.analyst, .now = world.now});
  EXPECT_EQ(permit.error().reason, "agreement_unknown");
}

}  // namespace
}  // namespace concordat::agreement
