// The people of a member who answer for something: their roles, and the keys they sign with. Pure.
//
// A member without people is founded: whoever has its home decides alone. From the first approver on,
// approvals need that person's signature, and nobody approves what they drafted.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "agreement/lifecycle.h"
#include "agreement/role.h"
#include "base/clock.h"
#include "base/refusal.h"

namespace concordat::agreement {

struct Person {
  std::string name;
  std::set<Role> roles;
  std::string key;  // a vkey of "name@member"; empty for who signs nothing
  Time added{};
  Time keyed{};  // when the key was recorded
};

enum class PersonVerb { kAdd, kKey, kRemove };

struct PersonStep {
  PersonVerb verb = PersonVerb::kAdd;
  std::string person;
  std::string member;  // whose person it is: keys are named "person@member"
  std::string by;
  std::string reason;  // such as "lost"
  Time when{};
  std::set<Role> roles;  // kAdd
  std::string key;       // kAdd, where the person signs; kKey: the new one, or empty where the old is lost
};

// The person after `step`, none once removed; `before` is null for one not there. Refusals: person_unknown,
// person_exists, person_name, person_key (no vkey, of another name, or an approver without one).
Outcome<std::optional<Person>> Take(const Person* before, const PersonStep& step);

// May this person's approval count? `proposed_by` put the document forward. Refusals: approver_unknown,
// role_missing, own_draft, signature_missing, signature_invalid.
Outcome<void> CheckApprover(const Person* person, const Step& step, const Agreement& document,
                            std::string_view proposed_by);

}  // namespace concordat::agreement
