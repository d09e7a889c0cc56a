// An agreement between members: signatures from all who must, in any order; steps of others by their notes;
// amendments; people with keys.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "agreement/record.h"
#include "agreement/registry.h"
#include "agreement/seal.h"
#include "agreement/testing_agreement.h"

namespace concordat::agreement {
namespace {

// A registry fed with entries as a ledger would, whose every state is the same after a replay.
class JointSteps : public testing::Test {
 protected:
  ~JointSteps() override {
    Registry again("lewisham");
    for (const ledger::Entry& entry : entries_) again.Apply(entry);
    EXPECT_EQ(again.agreements().size(), registry_.agreements().size());
    for (const auto& [name, standing] : registry_.agreements()) {
      EXPECT_EQ(again.agreements().at(name).state, standing.state);
      EXPECT_EQ(again.agreements().at(name).document->id, standing.document->id);
      EXPECT_EQ(again.agreements().at(name).seals, standing.seals);
    }
    EXPECT_EQ(again.people().size(), registry_.people().size());
  }

  template <class S>
  std::string Taken(S step) {
    step.when = now_;
    const auto allowed = registry_.Check(step);
    if (!allowed) return allowed.error().reason;
    ledger::Draft draft = DraftOf(step);
    entries_.push_back({entries_.size(), now_, draft.kind, draft.body, draft.secret});
    registry_.Apply(entries_.back());
    return "";
  }
  std::string AddPerson(const std::string& name, Role role) {
    return Taken(PersonStep{.verb = PersonVerb::kAdd,
                            .person = name,
                            .member = "lewisham",
                            .by = "ola",
                            .roles = {role},
                            .key = TestKey(name + "@lewisham").verify_key().Text()});
  }

  Step For(Verb verb, const std::string& party = "lewisham", const std::string& by = "sam") const {
    Step step{.verb = verb, .agreement = document_->name, .id = document_->id, .party = party, .by = by};
    if (verb == Verb::kPropose || verb == Verb::kDraft) step.document = document_;
    return step;
  }
  Step Approval(const std::string& by) const {
    Step step = For(Verb::kApprove, "lewisham", by);
    step.signature = Seal(NoteText(*document_), TestKey(by + "@lewisham"));
    const Standing* standing = registry_.FindDocument(document_->name, document_->id);
    if (standing != nullptr && standing->Completes("lewisham"))
      step.seal = Seal(NoteText(*document_), TestKey("lewisham"));
    return step;
  }
  Step Signature(const std::string& party) const {
    Step step = For(Verb::kSign, party);
    step.seal = Seal(NoteText(*document_), TestKey(party));
    return step;
  }
  Step Sealed(Verb verb, const std::string& party, std::uint64_t number) const {
    Step step = For(verb, party);
    step.number = number;
    step.seal = Seal(StepText(step), TestKey(party));
    return step;
  }
  void Propose() {
    ASSERT_EQ(AddPerson("maria", Role::kApprover), "");
    ASSERT_EQ(AddPerson("john", Role::kApprover), "");
    ASSERT_EQ(Taken(For(Verb::kPropose)), "");
  }
  void SignAll() {
    for (const char* by : {"maria", "john"}) ASSERT_EQ(Taken(Approval(by)), "");
    for (const char* party : {"southwark", "ethics-panel"}) ASSERT_EQ(Taken(Signature(party)), "");
  }
  State Now() const { return registry_.Find("joint-study", now_)->At(now_); }
  void AfterObjections() { now_ += std::chrono::days(14); }

  std::shared_ptr<const Agreement> document_ = agreement::Joint();
  Time now_ = At("2026-07-01T12:00:00Z");
  Registry registry_{"lewisham"};
  std::vector<ledger::Entry> entries_;
};

TEST_F(JointSteps, IsInForceOnceAllHaveSignedInAnyOrder) {
  Propose();
  const std::function<Step()> signing[] = {
      [this] { return Approval("maria"); }, [this] { return Approval("john"); },
      [this] { return Signature("southwark"); }, [this] { return Signature("ethics-panel"); }};
  const auto entries = entries_;
  std::vector<int> order = {0, 1, 2, 3};
  do {
    registry_.Clear();
    entries_ = entries;
    for (const ledger::Entry& entry : entries_) registry_.Apply(entry);
    for (const int next : order) {
      EXPECT_EQ(Now(), State::kProposed);
      EXPECT_EQ(Taken(signing[static_cast<std::size_t>(next)]()), "");
    }
    EXPECT_EQ(Now(), State::kApproved);
  } while (std::next_permutation(order.begin(), order.end()));
  AfterObjections();
  EXPECT_EQ(Now(), State::kActive);
}

TEST_F(JointSteps, RefusesSignaturesThatDoNotHold) {
  Propose();
  Step forged = Signature("southwark");
  forged.seal = Seal(NoteText(*document_), TestKey("lewisham"));
  EXPECT_EQ(Taken(forged), "signature_invalid");
  forged.seal = Seal("something else\n", TestKey("southwark"));
  EXPECT_EQ(Taken(forged), "signature_invalid");
  forged.seal = "AAAA";
  EXPECT_EQ(Taken(forged), "signature_invalid");
  EXPECT_EQ(Taken(Signature("regulator")), "not_a_party");
  Step stranger = Signature("southwark");
  stranger.party = "camden";
  EXPECT_EQ(Taken(stranger), "not_a_party");
  EXPECT_EQ(Taken(Signature("southwark")), "");
  EXPECT_EQ(Taken(Signature("southwark")), "already_approved");
}

TEST_F(JointSteps, HoldsApprovalsToPeopleAndTheirKeys) {
  EXPECT_EQ(Taken(For(Verb::kPropose)), "");
  EXPECT_EQ(Taken(For(Verb::kApprove)), "approver_unknown");  // nobody is registered, and others rely on it
  EXPECT_EQ(AddPerson("maria", Role::kApprover), "");
  EXPECT_EQ(AddPerson("john", Role::kApprover), "");
  EXPECT_EQ(AddPerson("otto", Role::kOfficer), "");
  EXPECT_EQ(AddPerson("sam", Role::kApprover), "");
  EXPECT_EQ(Taken(Approval("eve")), "approver_unknown");
  EXPECT_EQ(Taken(Approval("otto")), "role_missing");
  EXPECT_EQ(Taken(Approval("sam")), "own_draft");
  Step unsigned_step = Approval("maria");
  unsigned_step.signature.clear();
  EXPECT_EQ(Taken(unsigned_step), "signature_missing");
  Step others = Approval("maria");
  others.signature = Approval("john").signature;
  EXPECT_EQ(Taken(others), "signature_invalid");
  EXPECT_EQ(Taken(Approval("maria")), "");
  EXPECT_EQ(Taken(Approval("maria")), "already_approved");
  // The member itself signs with the approval that completes, not before and not without.
  Step complete = Approval("john");
  EXPECT_FALSE(complete.seal.empty());
  Step without = complete;
  without.seal.clear();
  EXPECT_EQ(Taken(without), "signature_invalid");
  EXPECT_EQ(Taken(complete), "");
}

// Where anybody else must sign, a member's word is that of people with keys.
TEST_F(JointSteps, LetsNobodyApproveUnsignedWhereOthersSignToo) {
  std::string text = JointText();
  text.replace(text.find("  southwark: "), text.find("oversight:") - text.find("  southwark: "), "");
  for (const char* part :
       {", southwark/heart@1", ", ben@southwark", ", southwark: 1", "  wards: [southwark/wards@1]\n"})
    text.replace(text.find(part), std::string(part).size(), "");
  auto read = ParseAgreement(text);
  ASSERT_TRUE(read) << read.error().message;
  document_ = std::make_shared<const Agreement>(*std::move(read));
  EXPECT_EQ(Taken(For(Verb::kPropose)), "");
  EXPECT_EQ(Taken(For(Verb::kApprove)), "approver_unknown");
}

TEST_F(JointSteps, TakesNewKeysAndForgetsLostOnes) {
  Propose();
  const Step old = Approval("maria");
  EXPECT_EQ(Taken(PersonStep{.verb = PersonVerb::kKey, .person = "maria", .member = "lewisham", .by = "ola"}),
            "");
  EXPECT_EQ(Taken(old), "signature_invalid");
  const auto key = TestKey("john@lewisham").verify_key();
  EXPECT_EQ(
      Taken(PersonStep{
          .verb = PersonVerb::kKey, .person = "maria", .member = "lewisham", .by = "ola", .key = key.Text()}),
      "person_key");
  EXPECT_EQ(Taken(PersonStep{.verb = PersonVerb::kKey,
                             .person = "maria",
                             .member = "lewisham",
                             .by = "ola",
                             .key = TestKey("maria@lewisham").verify_key().Text()}),
            "");
  EXPECT_EQ(Taken(old), "");
  EXPECT_EQ(Taken(PersonStep{.verb = PersonVerb::kRemove, .person = "maria", .by = "ola"}), "");
  EXPECT_EQ(registry_.Find("joint-study", now_)->Approvals("lewisham"), 1);  // what she signed stands
}

TEST_F(JointSteps, IsHeldUpByAnyPartyUntilThatPartyResumes) {
  Propose();
  SignAll();
  AfterObjections();
  EXPECT_EQ(Taken(Sealed(Verb::kSuspend, "southwark", 1)), "");
  EXPECT_EQ(Taken(Sealed(Verb::kSuspend, "lewisham", 1)), "");
  EXPECT_EQ(Now(), State::kSuspended);
  EXPECT_EQ(Taken(Sealed(Verb::kResume, "lewisham", 2)), "");
  EXPECT_EQ(Now(), State::kSuspended);
  EXPECT_EQ(Taken(Sealed(Verb::kResume, "lewisham", 3)), "step_not_allowed");
  const Step resume = Sealed(Verb::kResume, "southwark", 2);
  EXPECT_EQ(Taken(resume), "");
  EXPECT_EQ(Now(), State::kActive);
  EXPECT_EQ(Taken(Sealed(Verb::kSuspend, "southwark", 3)), "");
  EXPECT_EQ(Taken(resume), "step_out_of_order");  // an old note again
  EXPECT_EQ(Taken(Sealed(Verb::kResume, "southwark", 5)), "step_out_of_order");
  Step forged = Sealed(Verb::kResume, "southwark", 4);
  forged.reason = "all is well";
  EXPECT_EQ(Taken(forged), "signature_invalid");
  EXPECT_EQ(Taken(Sealed(Verb::kRevoke, "southwark", 4)), "");
  EXPECT_EQ(Now(), State::kRevoked);
}

TEST_F(JointSteps, HearsObjectionsForTheirTime) {
  Propose();
  EXPECT_EQ(Taken(Sealed(Verb::kObject, "regulator", 1)), "step_not_allowed");
  SignAll();
  EXPECT_EQ(Taken(Sealed(Verb::kObject, "southwark", 1)), "not_a_party");
  EXPECT_EQ(Taken(Sealed(Verb::kRevoke, "regulator", 1)), "not_a_party");
  now_ += std::chrono::days(13);
  EXPECT_EQ(Taken(Sealed(Verb::kObject, "regulator", 1)), "");
  AfterObjections();
  EXPECT_EQ(Now(), State::kSuspended);
  EXPECT_EQ(Taken(Sealed(Verb::kResume, "lewisham", 1)), "step_not_allowed");
  EXPECT_EQ(Taken(Sealed(Verb::kResume, "regulator", 2)), "");
  EXPECT_EQ(Now(), State::kActive);
  EXPECT_EQ(Taken(Sealed(Verb::kObject, "regulator", 3)), "step_not_allowed");  // the time is over
}

class Amended : public JointSteps {
 protected:
  // A document that supersedes the one in force, or another.
  std::shared_ptr<const Agreement> Amendment(const std::string& supersedes) {
    std::string text = JointText() + "supersedes: " + supersedes + "\n";
    text.replace(text.find("epsilon: 4"), 10, "epsilon: 6");
    auto read = ParseAgreement(text);
    EXPECT_TRUE(read) << read.error().message;
    return std::make_shared<const Agreement>(*std::move(read));
  }
};

TEST_F(Amended, SupersedesWhenItsTimeHasComeAndNotBefore) {
  Propose();
  SignAll();
  AfterObjections();
  const auto first = document_;
  document_ = Amendment(std::string(64, '0'));
  EXPECT_EQ(Taken(For(Verb::kPropose)), "amendment_unfounded");
  document_ = Amendment(first->id);
  EXPECT_EQ(Taken(For(Verb::kPropose)), "");
  EXPECT_EQ(registry_.Find("joint-study", now_)->document->id, first->id);
  SignAll();
  EXPECT_EQ(registry_.Find("joint-study", now_)->document->id, first->id);  // objections are heard
  EXPECT_EQ(registry_.FindAmendment("joint-study", now_)->At(now_), State::kApproved);
  AfterObjections();
  ASSERT_EQ(registry_.Documents().size(), 2U);
  EXPECT_EQ(registry_.Documents()[0]->document->id, first->id);  // until the next step is entered
  EXPECT_EQ(registry_.Documents()[1]->document->id, document_->id);
  EXPECT_EQ(registry_.Find("joint-study", now_)->document->id, document_->id);
  EXPECT_EQ(registry_.FindAmendment("joint-study", now_), nullptr);
  EXPECT_EQ(Taken(Sealed(Verb::kSuspend, "southwark", 1)), "");
  EXPECT_EQ(registry_.Documents().size(), 1U);
  ASSERT_EQ(registry_.past().size(), 1U);
  EXPECT_EQ(registry_.past()[0].document->id, first->id);
  EXPECT_EQ(registry_.past()[0].state, State::kSuperseded);
}

TEST_F(Amended, EndsWithWhatItAmends) {
  Propose();
  SignAll();
  AfterObjections();
  const auto first = document_;
  document_ = Amendment(first->id);
  EXPECT_EQ(Taken(For(Verb::kPropose)), "");
  document_ = first;
  EXPECT_EQ(Taken(Sealed(Verb::kRevoke, "southwark", 1)), "");
  EXPECT_EQ(registry_.FindAmendment("joint-study", now_), nullptr);
  EXPECT_EQ(Now(), State::kRevoked);
}

// Who kept the note of a document that has ended holds signatures that are still right: they are worth
// nothing.
TEST_F(Amended, DoesNotComeBackOnceEnded) {
  Propose();
  SignAll();
  AfterObjections();
  const auto first = document_;
  document_ = Amendment(first->id);
  EXPECT_EQ(Taken(For(Verb::kPropose)), "");
  SignAll();
  AfterObjections();
  EXPECT_EQ(Taken(Sealed(Verb::kRevoke, "southwark", 1)), "");
  for (const auto& ended : {first, document_}) {
    document_ = ended;
    EXPECT_EQ(Taken(For(Verb::kPropose)),
              ended->supersedes.empty() ? "document_ended" : "amendment_unfounded");
    EXPECT_EQ(Taken(For(Verb::kDraft)), ended->supersedes.empty() ? "document_ended" : "amendment_unfounded");
  }
  EXPECT_EQ(Taken(Signature("southwark")), "step_not_allowed");
}

TEST_F(Amended, MayBeRevokedAlone) {
  Propose();
  SignAll();
  AfterObjections();
  document_ = Amendment(document_->id);
  EXPECT_EQ(Taken(For(Verb::kPropose)), "");
  EXPECT_EQ(Taken(Sealed(Verb::kRevoke, "southwark", 1)), "");
  EXPECT_EQ(Now(), State::kActive);
}

// Notes as they travel.
TEST(ReadStepNote, ReadsWhatWasSealedAndNothingElse) {
  Step step{.verb = Verb::kRevoke,
            .agreement = "joint-study",
            .id = agreement::Joint()->id,
            .party = "southwark",
            .by = {},
            .reason = "a \"breach\"",
            .number = 3};
  crypto::Note note{StepText(step), {}};
  crypto::AddSignature(note, TestKey("southwark"));
  const auto read = ReadStepNote(note);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->reason, step.reason);
  EXPECT_EQ((*read)->number, 3U);
  EXPECT_TRUE(SealHolds(note.text, (*read)->seal, TestKey("southwark").verify_key()));
  crypto::Note unsigned_note = note;
  unsigned_note.signatures[0].name = "lewisham";
  EXPECT_FALSE(ReadStepNote(unsigned_note));
  for (const auto& [from, to] : {std::pair{"\"number\":3", "\"number\":-3"},
                                 {"\"number\":3", "\"number\": 3"},
                                 {"revoke", "approve"},
                                 {"\"reason\"", "\"reasons\""}}) {
    crypto::Note changed = note;
    changed.text.replace(changed.text.find(from), std::string(from).size(), to);
    EXPECT_FALSE(ReadStepNote(changed)) << to;
  }
  crypto::Note document{NoteText(*agreement::Joint()), note.signatures};
  const auto none = ReadStepNote(document);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

}  // namespace
}  // namespace concordat::agreement
