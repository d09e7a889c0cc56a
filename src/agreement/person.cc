#include "agreement/person.h"

#include <fmt/format.h>

#include "agreement/names.h"
#include "agreement/seal.h"

namespace concordat::agreement {
namespace {

Outcome<void> CheckKey(const PersonStep& step) {
  const auto key = crypto::VerifyKey::Parse(step.key);
  if (key && key->name() == step.person + "@" + step.member) return {};
  return Refuse(
      "person_key", fmt::format("this is not a key of {}@{}", step.person, step.member),
      fmt::format("{0} makes one: concordat key new {0}@{1} --out {0}.key", step.person, step.member),
      kNotAllowed);
}

}  // namespace

Outcome<std::optional<Person>> Take(const Person* before, const PersonStep& step) {
  if (step.verb != PersonVerb::kAdd && before == nullptr) {
    return Refuse("person_unknown", "there is no person '" + step.person + "'",
                  "concordat person list shows those there are", kNotAllowed);
  }
  if (step.verb == PersonVerb::kRemove) return std::optional<Person>();
  if (!step.key.empty()) TRY(CheckKey(step));
  if (step.verb == PersonVerb::kKey) {
    Person after = *before;
    after.key = step.key;
    after.keyed = step.when;
    return std::optional(after);
  }
  if (before != nullptr) {
    return Refuse("person_exists", "there is a person '" + step.person + "' already",
                  "concordat person key gives them another key; remove them to give other roles",
                  kNotAllowed);
  }
  if (!IsName(step.person)) {
    return Refuse("person_name", "'" + step.person + "' is not a name",
                  "use lower-case letters, digits, dots, hyphens and underscores, a letter first",
                  kNotAllowed);
  }
  if (step.key.empty() && step.roles.contains(Role::kApprover)) {
    return Refuse("person_key", "an approver signs, so a key is needed",
                  fmt::format("concordat key new {0}@{1} --out {0}.key prints it; give it with --key",
                              step.person, step.member),
                  kNotAllowed);
  }
  return std::optional(Person{
      .name = step.person, .roles = step.roles, .key = step.key, .added = step.when, .keyed = step.when});
}

Outcome<void> CheckApprover(const Person* person, const Step& step, const Agreement& document,
                            std::string_view proposed_by) {
  if (person == nullptr) {
    return Refuse("approver_unknown", fmt::format("'{}' is not a person of {}", step.by, step.party),
                  "concordat person add registers an approver and their key", kNotAllowed);
  }
  if (!person->roles.contains(Role::kApprover)) {
    return Refuse("role_missing", fmt::format("{} is not an approver", step.by),
                  "docs/people.md says who may do what", kNotAllowed);
  }
  if (step.by == proposed_by) {
    return Refuse("own_draft", fmt::format("{} put '{}' forward", step.by, step.agreement),
                  "nobody approves their own: ask another approver", kNotAllowed);
  }
  if (step.signature.empty()) {
    return Refuse("signature_missing", fmt::format("the approval of {} is not signed", step.by),
                  fmt::format("concordat agreement approve {} --key {}.key", step.agreement, step.by),
                  kNotAllowed);
  }
  if (SealHolds(NoteText(document), step.signature, person->key)) return {};
  return Refuse("signature_invalid", fmt::format("the signature of {} does not fit their key", step.by),
                "was it made with an older key, or for another document? sign it again", kNotAllowed);
}

}  // namespace concordat::agreement
