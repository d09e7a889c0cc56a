#include "release/entry.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ledger/body.h"
#include "ledger/name.h"
#include "ledger/seal.h"
#include "release/answer_json.h"
#include "release/failure.h"

namespace concordat::release {

ledger::Charge ChargeOf(const std::string& id, const Prepared& prepared) {
  return {.question = id,
          .product = prepared.published->product.id,
          .agreement = prepared.permit.agreement,
          .document = prepared.permit.agreement_id,
          .analyst = prepared.permit.analyst,
          .measurements = prepared.plan.measurements};
}

std::string LeftText(const std::vector<ledger::LevelState>& after) {
  for (const ledger::LevelState& state : after) {
    if (!state.level.agreement.empty() && state.level.analyst.empty()) {
      return fmt::format("{:.3g} of {:.3g} left", state.left().value, state.limit.epsilon.value);
    }
  }
  return "no budget";
}

Json ReleaseBody(const std::string& id, const char* outcome, const Prepared& prepared) {
  const catalogue::Product& product = prepared.published->product;
  Json body = {{"question", id},
               {"outcome", outcome},
               {"identity", prepared.identity},
               {"agreement", prepared.permit.agreement},
               {"document", prepared.permit.agreement_id},
               {"product", product.Reference()},
               {"revision", product.revision}};
  if (!prepared.joined.empty()) body["joined"] = RevisionsOf(prepared.joined);
  if (!prepared.models.empty()) body["models"] = ModelsJson(prepared.models);
  return body;
}

Json SecretOf(const Caller& caller, const Question& question, const Prepared& prepared,
              const Answer* answer) {
  Json parameters = Json::array();
  for (const Value& value : prepared.parameters)
    parameters.push_back(IsNull(value) ? Json() : Json(ToText(value)));
  Json secret = {{"text", question.text},
                 {"parameters", std::move(parameters)},
                 {"analyst", prepared.permit.analyst},
                 {"way", caller.way}};
  if (answer != nullptr) secret["answer"] = ToJson(*answer);
  return secret;
}

Json OwnerBody(const std::string& id, const char* outcome, const Prepared& prepared, const Sharing& sharing) {
  Json body = ReleaseBody(id, outcome, prepared);
  body["table"] = sharing.table;
  body["owners"] = sharing.owners;
  return body;
}

Json AskerBody(const std::string& id, const char* outcome, const Prepared& prepared, const Sharing& sharing,
               const std::string& identity) {
  Json body = OwnerBody(id, outcome, prepared, sharing);
  body.erase("product");
  body.erase("revision");
  body["identity"] = identity;
  body["analyst"] = prepared.permit.analyst;
  return body;
}

Outcome<bool> IsOnRecord(const Parts& parts, const std::string& id, const std::string& kind,
                         const char* outcome) {
  const auto entries = parts.ledger.Named(ledger::QuestionName(id));
  if (!entries) return tl::unexpected(UnavailableOf(entries.error()));
  for (const ledger::Entry& entry : *entries) {
    if (entry.kind == kind && (outcome == nullptr || ledger::TextIn(entry.body, "outcome") == outcome))
      return true;
  }
  return false;
}

ledger::Draft RecordOf(Json body, Json secret, const Prepared& prepared, Time now) {
  ledger::Draft draft{ledger::kind::kRelease, std::move(body), std::move(secret)};
  if (prepared.permit.sealed_days > 0)
    ledger::Seal(draft, now + std::chrono::days(prepared.permit.sealed_days));
  return draft;
}

}  // namespace concordat::release
