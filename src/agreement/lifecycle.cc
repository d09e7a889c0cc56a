#include "agreement/lifecycle.h"

#include <fmt/format.h>

#include <algorithm>

#include "agreement/outline.h"
#include "agreement/seal.h"
#include "base/check.h"

namespace concordat::agreement {
namespace {

constexpr unsigned In(State state) { return 1U << static_cast<unsigned>(state); }

// What each verb may start from, and what to do instead from anywhere else.
struct Rule {
  Verb verb;
  const char* name;
  unsigned from;
  bool from_nothing;
  const char* otherwise;
};

constexpr unsigned kNew =
    In(State::kDraft) | In(State::kRevoked) | In(State::kExpired) | In(State::kSuperseded);
constexpr char kOther[] = "revoke it first, amend it (supersedes), or give the new agreement another name";

constexpr Rule kRules[] = {
    {Verb::kDraft, "draft", kNew, true, kOther},
    {Verb::kPropose, "propose", kNew, true, kOther},
    {Verb::kApprove, "approve", In(State::kProposed), false, "only a proposed agreement can be approved"},
    {Verb::kSign, "sign", In(State::kProposed), false, "only a proposed agreement can be signed"},
    {Verb::kSuspend, "suspend", In(State::kApproved) | In(State::kActive) | In(State::kSuspended), false,
     "only an agreement that all have signed can be suspended"},
    {Verb::kResume, "resume", In(State::kSuspended), false, "only a suspended agreement can be resumed"},
    {Verb::kRevoke, "revoke",
     In(State::kDraft) | In(State::kProposed) | In(State::kApproved) | In(State::kActive) |
         In(State::kSuspended) | In(State::kExpired),
     false, "it has ended already; nothing needs doing"},
    {Verb::kObject, "object", In(State::kApproved), false,
     "objections are heard from when all have signed until the period that the document gives is over"},
};

const Rule& RuleOf(Verb verb) {
  const auto* const rule =
      std::find_if(std::begin(kRules), std::end(kRules), [verb](const Rule& r) { return r.verb == verb; });
  CHECK(rule != std::end(kRules));
  return *rule;
}

Outcome<void> CheckAllowed(const Standing* before, const Step& step) {
  const Rule& rule = RuleOf(step.verb);
  if (before == nullptr) {
    if (rule.from_nothing) return {};
    return Refuse("agreement_unknown", "there is no agreement '" + step.agreement + "'",
                  "concordat agreement list shows those there are", kNotAllowed);
  }
  const State state = before->At(step.when);
  if ((rule.from & In(state)) != 0) return {};
  return Refuse(
      "step_not_allowed",
      fmt::format("the agreement '{}' is {}: one cannot {} it", step.agreement, Name(state), rule.name),
      rule.otherwise, kNotAllowed);
}

// Who may take such a step at all: parties, and overseers as far as their say goes.
Outcome<void> CheckParty(const Agreement& document, const Step& step) {
  const auto overseer = document.oversight.find(step.party);
  const bool oversees = overseer != document.oversight.end();
  bool may = document.parties.contains(step.party) && step.verb != Verb::kObject;
  if (oversees) {
    const bool everybody =
        step.verb == Verb::kDraft || step.verb == Verb::kPropose || step.verb == Verb::kResume;
    const Say needed = step.verb == Verb::kObject ? Say::kObjects : Say::kApproves;
    may = everybody || overseer->second.say == needed;
  }
  if (may) return {};
  return Refuse(
      "not_a_party",
      fmt::format("{} has no such say in '{}': it cannot {} it", step.party, step.agreement, Name(step.verb)),
      "parties take steps, and overseers as far as the document's oversight says", kNotAllowed);
}

Outcome<void> CheckApprover(const Standing& before, const Step& step) {
  const bool again = std::any_of(before.steps.begin(), before.steps.end(), [&step](const Step& earlier) {
    return earlier.verb == Verb::kApprove && earlier.party == step.party && earlier.by == step.by;
  });
  if (!again && !before.seals.contains(step.party)) return {};
  return Refuse("already_approved",
                again ? fmt::format("{} has approved '{}' already", step.by, step.agreement)
                      : fmt::format("{} has signed '{}' already", step.party, step.agreement),
                again ? "each approval must be another person's" : "nothing more is needed of it",
                kNotAllowed);
}

Outcome<void> CheckSeal(std::string_view text, const Step& step, const std::string& vkey) {
  if (SealHolds(text, step.seal, vkey)) return {};
  return Refuse("signature_invalid",
                fmt::format("the signature of {} does not fit its key in the document", step.party),
                "ask for the file again; if it stays so, ask whether their key has changed", kNotAllowed);
}

// The party signs exactly when its people's approvals are complete.
Outcome<void> CheckApproval(const Standing& before, const Step& step) {
  TRY(CheckApprover(before, step));
  const std::string key = before.document->KeyOf(step.party);
  const bool signs = before.Completes(step.party) && !key.empty();
  if (step.seal.empty() != signs) {
    if (signs) TRY(CheckSeal(NoteText(*before.document), step, key));
    return {};
  }
  return Refuse("signature_invalid",
                signs ? "the approvals are complete, and the member's own signature is missing"
                      : "the member's own signature came before its approvals were complete",
                "try again: others approved meanwhile", kNotAllowed);
}

Outcome<void> CheckSigning(const Standing& before, const Step& step) {
  if (before.seals.contains(step.party)) return CheckApprover(before, step);
  return CheckSeal(NoteText(*before.document), step, before.document->KeyOf(step.party));
}

Outcome<void> CheckSealed(const Standing& before, const Step& step) {
  const std::string key = before.document->KeyOf(step.party);
  if (!key.empty()) {
    TRY(CheckSeal(StepText(step), step, key));
    const std::uint64_t next = before.NextNumber(step.party);
    if (step.number != next) {
      return Refuse("step_out_of_order",
                    fmt::format("this is step {} of {} upon '{}', and the next is {}", step.number,
                                step.party, step.agreement, next),
                    step.number < next ? "it was taken already: nothing needs doing"
                                       : "take in the notes before it first",
                    kNotAllowed);
    }
  }
  if (step.verb == Verb::kResume && !before.held_by.contains(step.party)) {
    return Refuse("step_not_allowed",
                  fmt::format("the agreement '{}' was suspended by {}", step.agreement,
                              before.held_by.empty() ? "nobody" : *before.held_by.begin()),
                  "who suspended it resumes it", kNotAllowed);
  }
  if (step.verb == Verb::kSuspend && before.held_by.contains(step.party)) {
    return Refuse("step_not_allowed", fmt::format("{} has suspended it already", step.party),
                  "nothing needs doing", kNotAllowed);
  }
  return {};
}

bool IsSignedByAll(const Standing& standing) {
  const std::vector<std::string> signers = standing.document->Signers();
  return std::all_of(signers.begin(), signers.end(),
                     [&](const std::string& signer) { return standing.seals.contains(signer); });
}

// Precondition: the step was checked.
void Enter(Standing& standing, const Step& step) {
  const bool signs =
      step.verb == Verb::kSign || (step.verb == Verb::kApprove && standing.Completes(step.party));
  standing.steps.push_back(step);
  if (signs) standing.seals[step.party] = step.seal;
  if (signs && IsSignedByAll(standing)) {
    standing.state = State::kActive;
    standing.signed_at = step.when;
  }
  if (step.verb == Verb::kRevoke) standing.state = State::kRevoked;
  if (step.verb == Verb::kSuspend || step.verb == Verb::kObject) standing.held_by.insert(step.party);
  if (step.verb == Verb::kResume) standing.held_by.erase(step.party);
  if (step.verb == Verb::kSuspend || step.verb == Verb::kObject || step.verb == Verb::kResume)
    standing.state = standing.held_by.empty() ? State::kActive : State::kSuspended;
}

Outcome<Standing> Continue(const Standing& before, const Step& step) {
  if (step.id != before.document->id) {
    return Refuse("document_changed", fmt::format("'{}' is another document by now", step.agreement),
                  "read it again: concordat agreement show " + step.agreement, kNotAllowed);
  }
  TRY(CheckParty(*before.document, step));
  if (step.verb == Verb::kApprove) TRY(CheckApproval(before, step));
  if (step.verb == Verb::kSign) TRY(CheckSigning(before, step));
  if (IsSealed(step.verb)) TRY(CheckSealed(before, step));
  Standing after = before;
  Enter(after, step);
  return after;
}

}  // namespace

bool IsSealed(Verb verb) {
  return verb == Verb::kSuspend || verb == Verb::kResume || verb == Verb::kRevoke || verb == Verb::kObject;
}

Outcome<void> CheckNotEnded(const Standing& before, const Agreement& document) {
  const bool ended = before.state == State::kRevoked || before.state == State::kSuperseded;
  if (!ended || before.document->id != document.id || document.IsSelf()) return {};
  return Refuse("document_ended",
                fmt::format("this document of '{}' was {}, and its signatures with it", document.name,
                            Name(before.state)),
                "make a new one, with another valid.from for instance, and have it signed", kNotAllowed);
}

const char* Name(State state) {
  constexpr const char* kNames[] = {"draft",     "proposed", "approved", "active",
                                    "suspended", "revoked",  "expired",  "superseded"};
  return kNames[static_cast<std::size_t>(state)];
}

const char* Name(Verb verb) { return RuleOf(verb).name; }

State Standing::At(Time now) const {
  const bool ended = state == State::kDraft || state == State::kRevoked || state == State::kSuperseded;
  if (ended) return state;
  if (now >= document->until) return State::kExpired;
  if (state == State::kActive && now < signed_at + document->ObjectionTime()) return State::kApproved;
  return state;
}

int Standing::Approvals(std::string_view party) const {
  return static_cast<int>(std::count_if(steps.begin(), steps.end(), [party](const Step& step) {
    return step.verb == Verb::kApprove && step.party == party;
  }));
}

bool Standing::Completes(std::string_view party) const {
  const auto needed = document->needs.approvals.find(std::string(party));
  return needed != document->needs.approvals.end() && Approvals(party) + 1 >= needed->second;
}

std::uint64_t Standing::NextNumber(std::string_view party) const {
  return 1 + static_cast<std::uint64_t>(std::count_if(steps.begin(), steps.end(), [party](const Step& step) {
           return IsSealed(step.verb) && step.party == party;
         }));
}

Outcome<Standing> Take(const Standing* before, const Step& step) {
  TRY(CheckAllowed(before, step));
  if (step.verb != Verb::kDraft && step.verb != Verb::kPropose) return Continue(*before, step);
  CHECK(step.document != nullptr && step.document->name == step.agreement && step.document->id == step.id);
  TRY(CheckParty(*step.document, step));
  if (step.verb == Verb::kPropose && step.document->legal_basis == kBasisOpen) {
    return Refuse("legal_basis_open", step.agreement + " leaves its legal basis open",
                  "write one, such as legal_basis: dpv-gdpr:A6-1-e", kNotAllowed);
  }
  if (before != nullptr) TRY(CheckNotEnded(*before, *step.document));
  Standing after{.document = step.document,
                 .state = step.verb == Verb::kDraft ? State::kDraft : State::kProposed,
                 .steps = {}};
  // A proposal of the draft that was there goes on with its history; any other document starts its own.
  if (before != nullptr && before->state == State::kDraft && before->document->id == step.id)
    after.steps = before->steps;
  after.steps.push_back(step);
  return after;
}

}  // namespace concordat::agreement
