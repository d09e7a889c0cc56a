#include "release/models.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/name.h"
#include "model/document.h"
#include "release/prepare.h"

namespace concordat::release {
namespace {

using ProductPtr = std::shared_ptr<const catalogue::Product>;

// Null where no model, or more than one, is called so.
ProductPtr Find(const sql::Scope& scope, const std::string& name) {
  const auto table = scope.find(name);
  if (table != scope.end()) return table->second->model ? table->second : nullptr;
  ProductPtr found;
  for (const auto& [unused, product] : scope) {
    if (!product->model || (product->name != name && product->id != name)) continue;
    if (found) return nullptr;
    found = product;
  }
  return found;
}

tl::unexpected<Refusal> Unknown(const sql::Scope& scope, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [table, product] : scope)
    if (product->model) names.push_back(table);
  const auto table = scope.find(name);
  if (table != scope.end())
    return Refuse("unknown_model", fmt::format("{} is a table and no model", name),
                  "name a model that the agreement lists", "42704");
  const std::string nearest = NearestName(name, names);
  return Refuse("unknown_model", fmt::format("there is no model {} under this agreement", name),
                nearest.empty()
                    ? "the agreement must list it among its tables: heart_risk: [cleveland/heart-risk@1]"
                    : "did you mean " + nearest + "?",
                "42704");
}

}  // namespace

sql::FindModel ModelsOf(const sql::Scope& scope) {
  return [&scope](const std::string& name) -> Outcome<sql::ModelPtr> {
    const ProductPtr product = Find(scope, name);
    if (!product) return Unknown(scope, name);
    auto document = model::ReadModel(*product->model->json);
    if (!document)
      return Refuse("model_invalid", fmt::format("{}: {}", product->Reference(), document.error().message),
                    "ask its owner to publish it again", "58000");
    return model::Applied(*std::move(document), fmt::format("{} version {}", product->id, product->version));
  };
}

std::vector<catalogue::PublishedPtr> AppliedModels(const sql::Query& query, const sql::Scope& scope,
                                                   const PublishedOf& published_of) {
  std::vector<catalogue::PublishedPtr> models;
  for (const auto& [name, unused] : query.models) {
    const ProductPtr product = Find(scope, name);
    CHECK(product);
    models.push_back(published_of(*product));
  }
  return models;
}

Outcome<void> CheckModels(const Parts& parts, const std::vector<catalogue::PublishedPtr>& models) {
  for (const auto& each : models) {
    const std::string& id = each->product.id;
    if (id.starts_with(parts.agreements.member() + "/"))
      TRY(CheckLife(parts.catalogue, id, parts.ledger.Now()));
  }
  return {};
}

Json ModelsJson(const std::vector<catalogue::PublishedPtr>& models) {
  Json json = Json::object();
  for (const auto& each : models) json[each->product.Reference()] = {{"sha256", each->product.model->sha256}};
  return json;
}

}  // namespace concordat::release
