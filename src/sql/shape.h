// From exact integers to an answer: noise, thresholds, minimum, then the analyst's expressions, HAVING, ORDER
// BY, LIMIT and DISTINCT over released values.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "dp/noise.h"
#include "sql/generate.h"
#include "sql/plan.h"

namespace concordat::sql {

// The noisy table: one row a released group; keys, then one value for each of Query::aggregates (NULL when
// withheld). For declared groups the rows are the same whatever the data. Sorted by keys, never in the
// engine's order. `inner`: what InnerStatement returned. Errors: kInternal if that does not have the plan's
// shape.
Result<std::vector<Row>> AddNoise(const Plan& plan, const std::vector<Row>& inner, dp::Noise& noise);

// The statement that makes the answer from the noisy table, in the order of ResultColumns (its own column
// names mean nothing). It reads no relation, and runs on the embedded engine alone.
Statement OuterStatement(const Plan& plan, const std::vector<Row>& noisy, const Row& parameters);

struct ResultColumn {
  std::string name;
  Type type = Type::kText;
};

// What the answer's columns are: the query's outputs, each noisy one followed by its margin when `margins`.
std::vector<ResultColumn> ResultColumns(const Query& query, bool margins);

}  // namespace concordat::sql
