// The life of an agreement: draft → proposed → approved (signed by all who must) → active ⇄ suspended →
// revoked, superseded, or expired by the calendar. Pure.
//
// A name has one agreement at a time, and beside it at most one amendment that waits to supersede it. A
// revoked or expired one may be followed by another under its name; what was spent under the name stays
// spent.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agreement/agreement.h"
#include "base/clock.h"
#include "base/refusal.h"

namespace concordat::agreement {

enum class State { kDraft, kProposed, kApproved, kActive, kSuspended, kRevoked, kExpired, kSuperseded };
const char* Name(State state);  // "draft", "proposed", …

enum class Verb { kDraft, kPropose, kApprove, kSign, kSuspend, kResume, kRevoke, kObject };
const char* Name(Verb verb);  // as the command line has it: "draft", "propose", …

// Suspension, resumption, revocation, objection: signed one by one, and numbered.
bool IsSealed(Verb verb);

struct Step {
  Verb verb = Verb::kDraft;
  std::string agreement;  // its name
  std::string id;         // of the document that whoever took the step had before them
  std::string party;      // the member that takes it; for kObject the overseer
  std::string by;         // the person, in that member; unknown for another's
  std::string reason;     // why, for the record; may be empty
  Time when{};
  std::shared_ptr<const Agreement> document = {};  // kDraft and kPropose alone
  // kApprove: the person's signature of the document, where the member has registered approvers.
  std::string signature = {};
  // The party's own: of the document, with the approval that completes it or a kSign; else of the step
  // (seal.h). Empty where the party is kSelf.
  std::string seal = {};
  std::uint64_t number = 0;  // sealed steps: the party's first upon this document is 1
};

// Where an agreement stands after the steps taken so far.
struct Standing {
  std::shared_ptr<const Agreement> document;
  // kDraft, kProposed, kActive once all have signed, kSuspended while somebody holds it up, kRevoked,
  // kSuperseded; what the calendar says is At's.
  State state = State::kDraft;
  std::vector<Step> steps = {};                   // with this document; the newest last
  Time signed_at{};                               // when the last who must had signed
  std::map<std::string, std::string> seals = {};  // of the document, by party or overseer
  std::set<std::string> held_by = {};             // who suspended it, or objected

  State At(Time now) const;
  int Approvals(std::string_view party) const;
  // Would one more approval by this party complete it, so that the party signs?
  bool Completes(std::string_view party) const;
  // The number of the party's next sealed step.
  std::uint64_t NextNumber(std::string_view party) const;
};

// A document that others signed and that was revoked or superseded does not come back: whoever kept a note of
// it would bring it to life alone. Refusal: document_ended.
Outcome<void> CheckNotEnded(const Standing& before, const Agreement& document);

// The standing after `step`; `before` is null for a name never used. Refusals: agreement_unknown,
// step_not_allowed (from this state), already_approved, not_a_party, document_changed (the step is about
// another document), signature_invalid, document_ended, step_out_of_order (an old note again, or one before
// is missing).
Outcome<Standing> Take(const Standing* before, const Step& step);

}  // namespace concordat::agreement
