// What a boosted ensemble is fitted to: a response and features, each a column or arithmetic of a row. Where
// regressions leave a row out, trees keep it: a feature that is missing has a side of its own at each split.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "learning/design.h"
#include "learning/expr.h"
#include "learning/method.h"

namespace concordat::boosting {

using namespace learning;  // boosting is one of its methods, and said in its words

// A term of the formula.
struct BoostFeature {
  std::string name;  // as R writes it: "age", "log(cost)"
  Expr of;
  std::vector<std::string> levels;  // of a factor; empty for numbers
  Interval range;                   // of numbers, declared
};

struct BoostColumns {
  Formula formula;
  std::vector<std::string> columns;          // that members read
  Json declared;                             // the same, as declared
  std::vector<std::string> response_levels;  // of a factor: 0 for its first and 1 for the others
  Interval response_range = {0, 1};
  std::vector<BoostFeature> features;
};

// Refusals: those of ParseFormula and Design::Bind; response_missing; formula_not_supported for what is not a
// sum of columns; range_needed for numbers without a declared range.
Outcome<BoostColumns> BindBoostColumns(const std::string& formula, const Schema& schema);

// The response of each row, NaN where it is missing or out of its range. Precondition: `rows` has the
// columns.
Eigen::ArrayXd ResponsesOf(const BoostColumns& columns, const Rows& rows);

}  // namespace concordat::boosting
