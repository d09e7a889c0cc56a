// ~ a + b + c: columns of numbers alone, as pca and kmeans take them.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "learning/design.h"

namespace concordat::learning {

// A design whose first column is the intercept, for declared ranges' centres; the others are the formula's
// terms. Refusals: those of ParseFormula and Design::Bind; columns_needed for a response, factors, products
// and what makes no column of numbers.
Outcome<Design> BindNumericColumns(const std::string& formula, const Schema& schema);

// Columns as sums see them, without the intercept: (x - centre) / half, about -1 to 1.
struct NumericScales {
  Eigen::VectorXd centre, half;
};
NumericScales ScalesOf(const Design& design);
std::vector<std::string> NumericTerms(const Design& design);
// A row each, scaled.
Eigen::MatrixXd ScaledColumns(const Frame& frame, const NumericScales& scales);
// The same, pulled within -1 to 1: where a row's values are as declared, they are there.
Eigen::MatrixXd BoundedColumns(const Frame& frame, const NumericScales& scales);

}  // namespace concordat::learning
