// The life of an agreement: draft → proposed → active ⇄ suspended → revoked, or expired by the calendar.
// Pure.
//
// A name has one agreement at a time. A revoked or expired one may be followed by another under its name;
// what was spent under the name stays spent.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agreement/agreement.h"
#include "base/clock.h"
#include "base/refusal.h"

namespace concordat::agreement {

enum class State { kDraft, kProposed, kActive, kSuspended, kRevoked, kExpired };
const char* Name(State state);  // "draft", "proposed", …

enum class Verb { kDraft, kPropose, kApprove, kSuspend, kResume, kRevoke };
const char* Name(Verb verb);  // as the command line has it: "draft", "propose", …

struct Step {
  Verb verb = Verb::kDraft;
  std::string agreement;  // its name
  std::string id;         // of the document that whoever took the step had before them
  std::string party;      // the member that takes it
  std::string by;         // the person, in that member
  std::string reason;     // why, for the record; may be empty
  Time when{};
  std::shared_ptr<const Agreement> document;  // kDraft and kPropose alone
};

// Where an agreement stands after the steps taken so far.
struct Standing {
  std::shared_ptr<const Agreement> document;
  State state = State::kDraft;  // never kExpired: the calendar says that, not a step
  std::vector<Step> steps;      // with this document; the newest last

  State At(Time now) const;
  int Approvals(std::string_view party) const;
};

// The standing after `step`; `before` is null for a name never used. Refusals: agreement_unknown,
// step_not_allowed (from this state), already_approved, not_a_party, document_changed (the step is about
// another document).
Outcome<Standing> Take(const Standing* before, const Step& step);

}  // namespace concordat::agreement
