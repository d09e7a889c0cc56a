// From exact integers to an answer: noise, thresholds, minimum, then the analyst's expressions, HAVING, ORDER
// BY, LIMIT and DISTINCT over released values.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "dp/noise.h"
#include "sql/generate.h"
#include "sql/plan.h"
#include "sql/sums.h"

namespace concordat::sql {

// The noisy table: one row a released group; keys, then one value for each of Query::aggregates (NULL when
// withheld). For declared groups the rows are the same whatever the data. Sorted by keys, never in the
// engine's order. Rows come batch by batch, and a found group that does not pass is forgotten at once: how
// many groups the data have costs time alone. Each group stands in one row of one batch.
class NoisyTable {
 public:
  // Both outlive this.
  NoisyTable(const Plan& plan, dp::Noise& noise);
  // `inner`: some of the rows that InnerStatement returned. Errors: kInternal if they do not have the plan's
  // shape; kResourceExhausted when more groups pass than an answer has rows.
  Result<void> Add(const std::vector<Row>& inner);
  std::vector<Row> Finish() &&;

 private:
  Result<void> AddFound(const std::vector<Row>& inner);

  const Plan& plan_;
  dp::Noise& noise_;
  std::optional<ExactSums> declared_;
  std::vector<Row> rows_;  // of public data, or found and passed
};

// All of it at once.
Result<std::vector<Row>> AddNoise(const Plan& plan, const std::vector<Row>& inner, dp::Noise& noise);

// The rows of the noisy table from numbers that are noisy already: the sums that several owners' parts came
// to. Found groups of too few people are left out.
std::vector<Row> NoisyRows(const Plan& plan, const Groups& noisy);

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
