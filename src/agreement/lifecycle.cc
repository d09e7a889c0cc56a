#include "agreement/lifecycle.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace concordat::agreement {
namespace {

constexpr char kNotAllowed[] = "42501";
constexpr unsigned kNowhere = 0;
constexpr unsigned In(State state) { return 1U << static_cast<unsigned>(state); }

// What each verb may start from, and what to do instead from anywhere else.
struct Rule {
  unsigned from;
  bool from_nothing;
  const char* otherwise;
};

Rule RuleOf(Verb verb) {
  switch (verb) {
    case Verb::kDraft:
    case Verb::kPropose:
      return {In(State::kDraft) | In(State::kRevoked) | In(State::kExpired), true,
              "revoke it first, or give the new agreement another name"};
    case Verb::kApprove:
      return {In(State::kProposed), false, "only a proposed agreement can be approved"};
    case Verb::kSuspend:
      return {In(State::kActive), false, "only an active agreement can be suspended"};
    case Verb::kResume:
      return {In(State::kSuspended), false, "only a suspended agreement can be resumed"};
    case Verb::kRevoke:
      return {In(State::kDraft) | In(State::kProposed) | In(State::kActive) | In(State::kSuspended) |
                  In(State::kExpired),
              false, "it has ended already; nothing needs doing"};
  }
  return {kNowhere, false, ""};
}

Outcome<void> CheckAllowed(const Standing* before, const Step& step) {
  const Rule rule = RuleOf(step.verb);
  if (before == nullptr) {
    if (rule.from_nothing) return {};
    return Refuse("agreement_unknown", "there is no agreement '" + step.agreement + "'",
                  "concordat agreement list shows those there are", kNotAllowed);
  }
  const State state = before->At(step.when);
  if ((rule.from & In(state)) != 0) return {};
  return Refuse(
      "step_not_allowed",
      fmt::format("the agreement '{}' is {}: one cannot {} it", step.agreement, Name(state), Name(step.verb)),
      rule.otherwise, kNotAllowed);
}

Outcome<void> CheckPerson(const Agreement& document, const Step& step) {
  if (!document.parties.contains(step.party)) {
    return Refuse("not_a_party", fmt::format("{} is not a party to '{}'", step.party, step.agreement),
                  "only members that the agreement names under parties take steps in it", kNotAllowed);
  }
  return {};
}

Outcome<void> CheckApprover(const Standing& before, const Step& step) {
  const bool again = std::any_of(before.steps.begin(), before.steps.end(), [&step](const Step& earlier) {
    return earlier.verb == Verb::kApprove && earlier.party == step.party && earlier.by == step.by;
  });
  if (!again) return {};
  return Refuse("already_approved", fmt::format("{} has approved '{}' already", step.by, step.agreement),
                "each approval must be another person's", kNotAllowed);
}

bool HasAllApprovals(const Standing& standing) {
  const auto& needed = standing.document->needs.approvals;
  return std::all_of(needed.begin(), needed.end(),
                     [&standing](const auto& need) { return standing.Approvals(need.first) >= need.second; });
}

Outcome<Standing> Continue(const Standing& before, const Step& step) {
  if (step.id != before.document->id) {
    return Refuse("document_changed", fmt::format("'{}' is another document by now", step.agreement),
                  "read it again: concordat agreement show " + step.agreement, kNotAllowed);
  }
  TRY(CheckPerson(*before.document, step));
  if (step.verb == Verb::kApprove) TRY(CheckApprover(before, step));
  Standing after = before;
  after.steps.push_back(step);
  switch (step.verb) {
    case Verb::kApprove:
      after.state = HasAllApprovals(after) ? State::kActive : State::kProposed;
      break;
    case Verb::kSuspend:
      after.state = State::kSuspended;
      break;
    case Verb::kResume:
      after.state = State::kActive;
      break;
    case Verb::kRevoke:
      after.state = State::kRevoked;
      break;
    case Verb::kDraft:
    case Verb::kPropose:
      CHECK(false);
  }
  return after;
}

}  // namespace

const char* Name(State state) {
  switch (state) {
    case State::kDraft:
      return "draft";
    case State::kProposed:
      return "proposed";
    case State::kActive:
      return "active";
    case State::kSuspended:
      return "suspended";
    case State::kRevoked:
      return "revoked";
    case State::kExpired:
      return "expired";
  }
  return "";
}

const char* Name(Verb verb) {
  switch (verb) {
    case Verb::kDraft:
      return "draft";
    case Verb::kPropose:
      return "propose";
    case Verb::kApprove:
      return "approve";
    case Verb::kSuspend:
      return "suspend";
    case Verb::kResume:
      return "resume";
    case Verb::kRevoke:
      return "revoke";
  }
  return "";
}

State Standing::At(Time now) const {
  const bool can_expire = state == State::kProposed || state == State::kActive || state == State::kSuspended;
  return can_expire && now >= document->until ? State::kExpired : state;
}

int Standing::Approvals(std::string_view party) const {
  return static_cast<int>(std::count_if(steps.begin(), steps.end(), [party](const Step& step) {
    return step.verb == Verb::kApprove && step.party == party;
  }));
}

Outcome<Standing> Take(const Standing* before, const Step& step) {
  TRY(CheckAllowed(before, step));
  if (step.verb != Verb::kDraft && step.verb != Verb::kPropose) return Continue(*before, step);
  CHECK(step.document != nullptr && step.document->name == step.agreement && step.document->id == step.id);
  TRY(CheckPerson(*step.document, step));
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
