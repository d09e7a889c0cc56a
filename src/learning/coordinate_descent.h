// Least squares with an elastic net's penalty, from sums alone.
//
// Minimises  b'Ab / 2 - c'b + lambda (alpha sum_j s_j |b_j| + (1 - alpha) / 2 sum_j s_j^2 b_j^2),  where A
// and c are X'WX and X'Wz divided by the sum of weights, and s_j a column's standard deviation (0: no
// penalty). Source: Friedman, Hastie, Tibshirani, "Regularization Paths for Generalized Linear Models via
// Coordinate Descent" (2010), section 2.2, covariance updates.
#pragma once

#include <Eigen/Core>

namespace concordat::learning {

struct Penalty {
  double lambda = 0;
  double alpha = 1;  // 1: lasso; 0: ridge
};

struct Penalised {
  const Eigen::MatrixXd& a;
  const Eigen::VectorXd& c;
  const Eigen::VectorXd& spread;
};

// Starts from `b`. Stops when no coefficient moves by more than 1e-13 of the largest in its standard
// deviations, or after 100,000 passes.
Eigen::VectorXd Descend(const Penalised& problem, Penalty penalty, Eigen::VectorXd b);

// The least lambda of a lasso at which only columns without a penalty have a coefficient. `b` are theirs,
// fitted alone; alpha above 0.
double LargestLambda(const Penalised& problem, double alpha, const Eigen::VectorXd& b);

}  // namespace concordat::learning
