#include "agreement/lifecycle.h"

#include <gtest/gtest.h>

#include "agreement/testing_agreement.h"

namespace concordat::agreement {
namespace {

constexpr Verb kVerbs[] = {Verb::kDraft,   Verb::kPropose, Verb::kApprove,
                           Verb::kSuspend, Verb::kResume,  Verb::kRevoke};

Standing After(std::initializer_list<std::pair<Verb, const char*>> steps) {
  std::optional<Standing> standing;
  for (const auto& [verb, by] : steps) {
    auto next = Take(standing ? &*standing : nullptr, SampleStep(verb, Sample(), by));
    EXPECT_TRUE(next) << Name(verb);
    standing = *std::move(next);
  }
  return *standing;
}

Standing Draft() { return After({{Verb::kDraft, "sam"}}); }
Standing Proposed() { return After({{Verb::kPropose, "sam"}}); }
Standing Active() {
  return After({{Verb::kPropose, "sam"}, {Verb::kApprove, "sam"}, {Verb::kApprove, "lee"}});
}
Standing Suspended() {
  return After(
      {{Verb::kPropose, "sam"}, {Verb::kApprove, "a"}, {Verb::kApprove, "b"}, {Verb::kSuspend, "sam"}});
}
Standing Revoked() { return After({{Verb::kPropose, "sam"}, {Verb::kRevoke, "sam"}}); }

// Every state and every verb. "-" is a refusal; "proposed" after approve is one approval of the two needed.
TEST(Take, AllowsTheseStepsAndNoOthers) {
  const struct {
    const char* name;
    std::optional<Standing> before;
    const char* when;
    const char* draft;
    const char* propose;
    const char* approve;
    const char* suspend;
    const char* resume;
    const char* revoke;
  } cases[] = {
      {"nothing", {}, "2026-07-01", "draft", "proposed", "-", "-", "-", "-"},
      {"draft", Draft(), "2026-07-01", "draft", "proposed", "-", "-", "-", "revoked"},
      {"proposed", Proposed(), "2026-07-01", "-", "-", "proposed", "-", "-", "revoked"},
      {"active", Active(), "2026-07-01", "-", "-", "-", "suspended", "-", "revoked"},
      {"suspended", Suspended(), "2026-07-01", "-", "-", "-", "-", "active", "revoked"},
      {"revoked", Revoked(), "2026-07-01", "draft", "proposed", "-", "-", "-", "-"},
      {"proposed, expired", Proposed(), "2026-12-01", "draft", "proposed", "-", "-", "-", "revoked"},
      {"active, expired", Active(), "2026-12-01", "draft", "proposed", "-", "-", "-", "revoked"},
      {"suspended, expired", Suspended(), "2026-12-01", "draft", "proposed", "-", "-", "-", "revoked"},
      {"active, last moment", Active(), "2026-11-30T23:59:59Z", "-", "-", "-", "suspended", "-", "revoked"},
  };
  for (const auto& c : cases) {
    const char* expected[] = {c.draft, c.propose, c.approve, c.suspend, c.resume, c.revoke};
    for (std::size_t i = 0; i < std::size(kVerbs); ++i) {
      SCOPED_TRACE(std::string(c.name) + ", " + Name(kVerbs[i]));
      Step step = SampleStep(kVerbs[i], Sample(), "kim");
      step.when = At(c.when);
      const auto after = Take(c.before ? &*c.before : nullptr, step);
      ASSERT_EQ(after.has_value(), std::string_view(expected[i]) != "-");
      if (after) {
        EXPECT_STREQ(Name(after->state), expected[i]);
      } else {
        EXPECT_EQ(after.error().reason, c.before ? "step_not_allowed" : "agreement_unknown");
        EXPECT_FALSE(after.error().hint.empty());
      }
    }
  }
}

TEST(Take, ActivatesOnceEnoughPeopleApproved) {
  const Standing one = After({{Verb::kPropose, "sam"}, {Verb::kApprove, "sam"}});
  EXPECT_EQ(one.state, State::kProposed);
  EXPECT_EQ(one.Approvals("lewisham"), 1);
  const auto again = Take(&one, SampleStep(Verb::kApprove, Sample(), "sam"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "already_approved");
  EXPECT_EQ(Take(&one, SampleStep(Verb::kApprove, Sample(), "lee"))->state, State::kActive);
}

TEST(Take, HoldsAStepToTheDocumentItIsAbout) {
  const Standing proposed = Proposed();
  const auto approval =
      Take(&proposed, SampleStep(Verb::kApprove, Sample("epsilon: 4", "epsilon: 40"), "lee"));
  ASSERT_FALSE(approval);
  EXPECT_EQ(approval.error().reason, "document_changed");
}

TEST(Take, RefusesWhoIsNotAParty) {
  const Standing proposed = Proposed();
  for (const Verb verb : {Verb::kApprove, Verb::kRevoke}) {
    Step step = SampleStep(verb, Sample(), "lee");
    step.party = "southwark";
    EXPECT_EQ(Take(&proposed, step).error().reason, "not_a_party");
  }
  Step step = SampleStep(Verb::kPropose, Sample(), "lee");
  step.party = "southwark";
  EXPECT_EQ(Take(nullptr, step).error().reason, "not_a_party");
}

// A revoked agreement's approvals are worth nothing to its successor, even of the same words.
TEST(Take, StartsAnewAfterRevocation) {
  Standing revoked = Active();
  revoked = *Take(&revoked, SampleStep(Verb::kRevoke, Sample(), "sam"));
  const auto proposed = Take(&revoked, SampleStep(Verb::kPropose, Sample(), "sam"));
  ASSERT_TRUE(proposed);
  EXPECT_EQ(proposed->state, State::kProposed);
  EXPECT_EQ(proposed->Approvals("lewisham"), 0);
  EXPECT_EQ(proposed->steps.size(), 1U);
}

TEST(Take, ProposesADraftWithItsHistoryAndAnotherDocumentWithout) {
  const Standing draft = Draft();
  EXPECT_EQ(Take(&draft, SampleStep(Verb::kPropose, Sample(), "sam"))->steps.size(), 2U);
  const auto other = Take(&draft, SampleStep(Verb::kPropose, Sample("epsilon: 4", "epsilon: 3"), "sam"));
  EXPECT_EQ(other->steps.size(), 1U);
  EXPECT_EQ(other->document->protection.epsilon.value, 3);
}

TEST(Standing, ExpiresByTheCalendar) {
  EXPECT_EQ(Active().At(At("2026-11-30T23:59:59.999Z")), State::kActive);
  EXPECT_EQ(Active().At(At("2026-12-01")), State::kExpired);
  EXPECT_EQ(Revoked().At(At("2026-12-01")), State::kRevoked);
  EXPECT_EQ(Draft().At(At("2026-12-01")), State::kDraft);
}

}  // namespace
}  // namespace concordat::agreement
