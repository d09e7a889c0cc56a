#include "agreement/record.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "crypto/canonical_json.h"

namespace concordat::agreement {
namespace {

struct StepKind {
  Verb verb;
  const char* kind;
};
constexpr StepKind kStepKinds[] = {
    {Verb::kDraft, "agreement.drafted"},    {Verb::kPropose, ledger::kind::kAgreementProposed},
    {Verb::kApprove, "agreement.approved"}, {Verb::kSuspend, "agreement.suspended"},
    {Verb::kResume, "agreement.resumed"},   {Verb::kRevoke, "agreement.revoked"},
    {Verb::kSign, "agreement.signed"},      {Verb::kObject, "agreement.objected"},
};

struct AnalystKind {
  AnalystVerb verb;
  const char* kind;
};
constexpr AnalystKind kAnalystKinds[] = {
    {AnalystVerb::kAdd, "analyst.added"},
    {AnalystVerb::kPassword, "analyst.password"},
    {AnalystVerb::kTraining, "analyst.training"},
    {AnalystVerb::kRemove, "analyst.removed"},
};

struct PersonKind {
  PersonVerb verb;
  const char* kind;
};
constexpr PersonKind kPersonKinds[] = {
    {PersonVerb::kAdd, "person.added"},
    {PersonVerb::kKey, "person.key"},
    {PersonVerb::kRemove, "person.removed"},
};

template <class Table>
auto FindKind(const Table& table, std::string_view kind) {
  return std::find_if(std::begin(table), std::end(table),
                      [kind](const auto& row) { return row.kind == kind; });
}

template <class Table, class V>
const char* KindOf(const Table& table, V verb) {
  const auto row =
      std::find_if(std::begin(table), std::end(table), [verb](const auto& r) { return r.verb == verb; });
  CHECK(row != std::end(table));
  return row->kind;
}

tl::unexpected<Error> Corrupt(const ledger::Entry& entry, const std::string& what) {
  return Fail(ErrorCode::kCorrupt,
              "ledger entry " + std::to_string(entry.index) + " (" + entry.kind + ") " + what,
              "run concordat ledger verify");
}

Result<std::string> TextOf(const ledger::Entry& entry, const char* field) {
  const auto found = entry.body.find(field);
  if (found == entry.body.end() || !found->is_string())
    return Corrupt(entry, std::string("has no text '") + field + "'");
  return found->get<std::string>();
}

Result<std::string> TextIfAny(const ledger::Entry& entry, const char* field) {
  if (!entry.body.contains(field)) return std::string();
  return TextOf(entry, field);
}

void PutIfAny(Json& body, const char* field, const std::string& text) {
  if (!text.empty()) body[field] = text;
}

Result<std::vector<Training>> TrainingsOf(const ledger::Entry& entry) {
  std::vector<Training> trainings;
  const auto found = entry.body.find("training");
  if (found == entry.body.end()) return trainings;
  for (const Json& item : *found) {
    if (!item.is_string()) return Corrupt(entry, "has a training that is not text");
    auto training = ParseTraining(item.get<std::string>(), entry.time);
    if (!training) return Corrupt(entry, "has a training that cannot be read");
    trainings.push_back(*std::move(training));
  }
  return trainings;
}

}  // namespace

ledger::Draft DraftOf(const Step& step) {
  Json body = {{"agreement", step.agreement}, {"id", step.id}, {"party", step.party}, {"by", step.by}};
  PutIfAny(body, "reason", step.reason);
  PutIfAny(body, "signature", step.signature);
  PutIfAny(body, "seal", step.seal);
  if (step.number != 0) body["number"] = step.number;
  if (step.document) {
    auto document = crypto::ParseJson(step.document->canonical);
    CHECK(document);
    body["document"] = *std::move(document);
  }
  return {.kind = KindOf(kStepKinds, step.verb), .body = std::move(body), .secret = {}};
}

ledger::Draft DraftOf(const AnalystStep& step) {
  Json body = {{"analyst", step.analyst}, {"by", step.by}};
  for (const Training& training : step.trainings) {
    body["training"].push_back(training.name + "@" + FormatTime(training.attested));
  }
  PutIfAny(body, "attestation", step.attestation);
  std::optional<Json> secret;
  if (step.verifier) secret = Json{{"verifier", crypto::ToText(*step.verifier)}};
  return {.kind = KindOf(kAnalystKinds, step.verb), .body = std::move(body), .secret = std::move(secret)};
}

ledger::Draft DraftOf(const PersonStep& step) {
  Json body = {{"person", step.person}, {"by", step.by}};
  PutIfAny(body, "reason", step.reason);
  PutIfAny(body, "key", step.key);
  for (const Role role : step.roles) body["roles"].push_back(Name(role));
  return {.kind = KindOf(kPersonKinds, step.verb), .body = std::move(body), .secret = {}};
}

bool IsAgreementKind(std::string_view kind) { return FindKind(kStepKinds, kind) != std::end(kStepKinds); }
bool IsPersonKind(std::string_view kind) { return FindKind(kPersonKinds, kind) != std::end(kPersonKinds); }
bool IsAnalystKind(std::string_view kind) { return FindKind(kAnalystKinds, kind) != std::end(kAnalystKinds); }

Result<Step> StepOf(const ledger::Entry& entry) {
  const auto row = FindKind(kStepKinds, entry.kind);
  if (row == std::end(kStepKinds)) return Corrupt(entry, "is not a step of an agreement");
  Step step{.verb = row->verb, .when = entry.time};
  step.agreement = TRY(TextOf(entry, "agreement"));
  step.id = TRY(TextOf(entry, "id"));
  step.party = TRY(TextOf(entry, "party"));
  step.by = TRY(TextOf(entry, "by"));
  step.reason = TRY(TextIfAny(entry, "reason"));
  step.signature = TRY(TextIfAny(entry, "signature"));
  step.seal = TRY(TextIfAny(entry, "seal"));
  const Json number = entry.body.value("number", Json(0U));
  if (!number.is_number_unsigned()) return Corrupt(entry, "has a number that is none");
  step.number = number;
  if (step.verb != Verb::kDraft && step.verb != Verb::kPropose) return step;
  const auto document = entry.body.find("document");
  if (document == entry.body.end()) return Corrupt(entry, "has no document");
  auto agreement = ReadAgreement(*document);
  if (!agreement) return Corrupt(entry, "has a document that cannot be read: " + agreement.error().message);
  if (agreement->id != step.id || agreement->name != step.agreement)
    return Corrupt(entry, "has another's document");
  step.document = std::make_shared<const Agreement>(*std::move(agreement));
  return step;
}

Result<AnalystStep> AnalystStepOf(const ledger::Entry& entry) {
  const auto row = FindKind(kAnalystKinds, entry.kind);
  if (row == std::end(kAnalystKinds)) return Corrupt(entry, "is not a step of an analyst");
  AnalystStep step{.verb = row->verb, .when = entry.time};
  step.analyst = TRY(TextOf(entry, "analyst"));
  step.by = TRY(TextOf(entry, "by"));
  step.trainings = TRY(TrainingsOf(entry));
  step.attestation = TRY(TextIfAny(entry, "attestation"));
  if (!entry.secret) return step;
  const auto text = entry.secret->find("verifier");
  if (text == entry.secret->end() || !text->is_string()) return Corrupt(entry, "has no verifier");
  auto verifier = crypto::ParseScramVerifier(text->get<std::string>());
  if (!verifier) return Corrupt(entry, "has a verifier that cannot be read");
  step.verifier = *std::move(verifier);
  return step;
}

Result<PersonStep> PersonStepOf(const ledger::Entry& entry) {
  const auto row = FindKind(kPersonKinds, entry.kind);
  if (row == std::end(kPersonKinds)) return Corrupt(entry, "is not a step of a person");
  PersonStep step{.verb = row->verb, .when = entry.time};
  step.person = TRY(TextOf(entry, "person"));
  step.by = TRY(TextOf(entry, "by"));
  step.reason = TRY(TextIfAny(entry, "reason"));
  step.key = TRY(TextIfAny(entry, "key"));
  for (const Json& item : entry.body.value("roles", Json::array())) {
    const auto role = item.is_string() ? RoleNamed(item.get<std::string>()) : std::nullopt;
    if (!role) return Corrupt(entry, "has a role that is not known");
    step.roles.insert(*role);
  }
  return step;
}

}  // namespace concordat::agreement
