// Exact integers of groups, from the rows that an engine returns, and the noise that goes into them.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/int128.h"
#include "base/result.h"
#include "base/value.h"
#include "dp/noise.h"
#include "sql/plan.h"

namespace concordat::sql {

// Groups with a number for each of Plan::measured, in grid steps: exact at first, then noisy.
struct Groups {
  std::vector<Row> keys;
  std::vector<std::vector<Int128>> sums;  // one vector a measured column, one number a group
};

// One of the engine's integers, NULL being 0; none of another value.
std::optional<Int128> WholeNumber(const Value& value);

// Those that a plan declares; one empty row where nothing is grouped by. Precondition: groups are not found.
std::vector<Row> DeclaredKeys(const Plan& plan);

// Sums of known groups; 0 where the engine has no row. Rows of other groups are in none of them.
class ExactSums {
 public:
  // `plan` outlives this. Precondition: no key twice.
  ExactSums(const Plan& plan, std::vector<Row> keys);
  // Some of the rows that InnerStatement returned. Errors: kInternal if they do not have the plan's shape.
  Result<void> Add(const std::vector<Row>& inner);
  Groups& groups() { return groups_; }

 private:
  const Plan& plan_;
  Groups groups_;
  std::map<Row, std::size_t> places_;
};

// Adds one fresh draw to each number.
void AddDraws(const Plan& plan, Groups& groups, dp::Noise& noise);

// Overwrites all numbers.
void Wipe(Groups& groups);

// Keys, among some of the rows that InnerStatement returned, whose people pass the threshold with noise of
// their own: an owner's choice of groups in a joint question. Errors: kInternal if rows do not have the
// plan's shape.
Result<std::vector<Row>> SelectKeys(const Plan& plan, const std::vector<Row>& inner, dp::Noise& noise);

// Keys and measured columns of each row. Errors: kInternal.
Result<void> CheckWidth(const Plan& plan, const std::vector<Row>& inner);

}  // namespace concordat::sql
