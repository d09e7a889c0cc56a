// From a question's syntax tree to a bound query: names, types, nullability, intervals, the privacy unit.
// Pure.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/refusal.h"
#include "sql/query.h"
#include "sql/statement.h"

namespace concordat::sql {

// The tables that exist for the analyst, by name.
using Scope = std::map<std::string, std::shared_ptr<const catalogue::Product>>;

// Parameter types are inferred from where the parameters stand; text where nothing says more.
// `find_model`: what concordat.predict names; none where nothing can be named. Refusals: docs/refusals.md
// lists them all.
Outcome<Query> Bind(const Question& question, const Scope& scope, FindModel find_model = {});

}  // namespace concordat::sql
