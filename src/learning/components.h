// What principal components are asked of and how they are shown, whatever protects the sums they come from.
#pragma once

#include <string>
#include <vector>

#include "learning/numeric_columns.h"
#include "learning/options.h"

namespace concordat::learning {

// ~ a + b + c, with options components and scale.
struct ComponentsCall {
  Design design;
  NumericScales scaling;
  std::vector<std::string> terms;
  Eigen::Index components = 0;  // of them are shown; 0: all
  bool scale = false;           // of correlations instead of covariances

  Eigen::Index size() const { return scaling.half.size(); }
};

// Refusals: those of BindNumericColumns and of the two options.
Outcome<ComponentsCall> BindComponents(const Call& call, const Schema& schema, Options& options);

// Of columns as sums see them (NumericScales), but for the mean.
struct Spread {
  double rows = 0;
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

std::vector<Output> ComponentColumns();
// Refusals: constant_column.
Outcome<Fitted> ShowComponents(const ComponentsCall& asked, const Spread& spread);

}  // namespace concordat::learning
