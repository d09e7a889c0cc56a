// Models for tests: documents, and rows that they are applied to. Tests alone link it.
#pragma once

#include <string>

#include "model/document.h"
#include "sql/bind.h"

namespace concordat::model {

// A document of a linear model over age (0 to 100), cost (-10 to 50) and region (north, south), columns of
// sql::PeopleScope. `coefficients` belong to the formula's terms.
Json LinearJson(const std::string& formula, const std::vector<double>& coefficients,
                const std::string& family = "binomial", const std::string& link = "logit");
// Finds `json` as any name. Precondition: it is a model.
sql::FindModel Finding(const Json& json);

}  // namespace concordat::model
