// Models among what an agreement grants: tables without rows, that questions apply to the rows of others.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "catalogue/catalogue.h"
#include "release/release.h"
#include "sql/bind.h"

namespace concordat::release {

// Finds a model of `scope`, which outlives it, by its name there ('heart_risk'), or by the name of its
// product
// ('heart-risk') where one model is called so. Refusals: unknown_model; model_invalid for a document that
// another member published and that is none.
sql::FindModel ModelsOf(const sql::Scope& scope);

// The products behind the models that a query applies, in the order of their names.
using PublishedOf = std::function<catalogue::PublishedPtr(const catalogue::Product& product)>;
std::vector<catalogue::PublishedPtr> AppliedModels(const sql::Query& query, const sql::Scope& scope,
                                                   const PublishedOf& published_of);
// Refuses those of this member's own that are retired. An older version goes on beside a newer one: it
// computes what it did. The caller holds Share.
Outcome<void> CheckModels(const Parts& parts, const std::vector<catalogue::PublishedPtr>& models);
// {"cleveland/heart-risk@1": {"sha256": …}}: which they are, whoever publishes them.
Json ModelsJson(const std::vector<catalogue::PublishedPtr>& models);

}  // namespace concordat::release
