#include "release/fitted.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "ledger/body.h"
#include "ledger/name.h"
#include "ledger/seal.h"

namespace concordat::release {
namespace {

using ledger::TextIn;

constexpr std::uint64_t kMostAskers = 1'000'000;

// None where nothing may be shown, and of a fit that left no model.
std::optional<FittedModel> ModelIn(const ledger::Entry& entry, Time now) {
  const Json* secret = ledger::Shown(entry, now);
  if (secret == nullptr || !secret->contains("model") || !secret->contains("description")) return {};
  const Json fit = entry.body.value("fit", Json::object());
  FittedModel model;
  model.model = secret->at("model");
  model.description = secret->at("description");
  model.id = ModelId(model.description, model.model);
  model.job = ledger::JobOf(entry.body);
  model.fit = TextIn(fit, "model");
  model.answer = TextIn(entry.body, "question");
  model.agreement = TextIn(entry.body, "agreement");
  model.document = TextIn(entry.body, "document");
  model.analyst = TextIn(entry.body, "analyst");
  model.table = TextIn(entry.body, "table");
  model.method = TextIn(fit, "method");
  model.formula = TextIn(model.description.value("call", Json::object()), "formula");
  if (const Json owners = entry.body.value("owners", Json()); owners.is_array())
    model.owners = owners.get<std::vector<std::string>>();
  model.revisions = secret->value("revisions", Json::object());
  model.receipts = secret->value("receipts", Json::object());
  model.shown = secret->value("answer", Json::object());
  model.notice = TextIn(model.shown, "notice");
  model.text = TextIn(*secret, "text");
  model.epsilon = ledger::NumberIn(*secret, "epsilon");
  model.rounds = ledger::RoundOf(entry.body);
  model.when = entry.time;
  return model;
}

Result<std::vector<FittedModel>> Under(const ledger::Ledger& ledger, const std::string& name) {
  std::vector<FittedModel> models;
  for (const ledger::Entry& entry : TRY(ledger.Named(name))) {
    if (auto model = ModelIn(entry, ledger.Now())) models.push_back(*std::move(model));
  }
  return models;
}

}  // namespace

std::string ModelId(const Json& description, const Json& model) {
  const auto canonical = crypto::CanonicalJson({{"description", description}, {"model", model}});
  return canonical ? crypto::Sha256Hex(*canonical) : std::string();
}

Result<std::vector<FittedModel>> ModelsOf(const ledger::Ledger& ledger, const std::string& agreement,
                                          const std::string& analyst) {
  return Under(ledger, ledger::FittedName(agreement, analyst));
}

Result<std::vector<FittedModel>> AllModels(const ledger::Ledger& ledger) {
  std::vector<FittedModel> all;
  for (const std::string& name : TRY(ledger.NamesFrom(ledger::kFittedNames, kMostAskers))) {
    auto models = TRY(Under(ledger, name));
    std::move(models.begin(), models.end(), std::back_inserter(all));
  }
  return all;
}

Result<FittedModel> FindModel(std::vector<FittedModel> models, const std::string& beginning) {
  FittedModel* found = nullptr;
  bool several = false;
  for (FittedModel& model : models) {
    if (!model.id.starts_with(beginning) && !model.answer.starts_with(beginning)) continue;
    several = several || (found != nullptr && found->id != model.id);
    found = &model;
  }
  if (found != nullptr && !several && !beginning.empty()) return std::move(*found);
  return Fail(ErrorCode::kNotFound, fmt::format("no model, or several, whose id begins with '{}'", beginning),
              "concordat.models lists yours, as 'concordat model list' does");
}

}  // namespace concordat::release
