// What a plan does, in lines of text for people.
#pragma once

#include <string>
#include <vector>

#include "sql/plan.h"

namespace concordat::sql {

// Unit, bounds, groups, mechanism and noise scale of each column in natural units, charge, expected margins,
// minimum.
std::vector<std::string> Explain(const Plan& plan);

// Bounds, groups and noise alone, free of versions and charges: what golden tests compare.
std::vector<std::string> ExplainBriefly(const Plan& plan);

// What a measured column is called: "sum(chol)".
std::string ColumnName(const Plan& plan, const Measured& measured);

}  // namespace concordat::sql
