// The table of a fit's coefficients, as R's summary prints it, and what its model says of them.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "learning/method.h"

namespace concordat::learning {

struct Coefficients {
  std::vector<std::string> terms;
  Eigen::VectorXd estimates;
  Eigen::MatrixXd covariance;
  std::optional<double> df;  // of t; without any, the normal distribution
  double level = 0.95;       // of the intervals
};

// term, estimate, standard_error, statistic, p_value, lower, upper.
std::vector<Output> CoefficientColumns();
std::vector<Row> CoefficientRows(const Coefficients& coefficients);

// {"terms":…, "coefficients":…, "covariance":…} of a model.
void AddTo(Json& model, const Coefficients& coefficients);

// {"method":…, "formula":…, "table":…, "options":…}.
Json ToJson(const Call& call);
// Columns that a model reads, as they were declared: what predicting needs.
Json ToJson(const Schema& schema, const std::vector<std::string>& columns);
// NULL for what is not finite: JSON has no other numbers.
Json FiniteJson(double number);

}  // namespace concordat::learning
