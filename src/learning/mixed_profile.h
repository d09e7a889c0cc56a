// The profiled deviance of a linear model with one random intercept, from sums that members add up at a ratio
// of variances.
//
// With V = sigma^2 (I + ratio 11') in each group of n rows, V^-1 = (I - 11' ratio / (1 + n ratio)) / sigma^2:
// what a group adds needs its column sums alone, and only totals over groups are opened. Source: Bates,
// Maechler, Bolker, Walker, "Fitting Linear Mixed-Effects Models Using lme4" (2015), sections 2.3 and 3.4.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "learning/normal_equations.h"

namespace concordat::learning {

// Of the columns of the model and, last, the response.
struct GroupSums {
  double rows = 0;
  Eigen::VectorXd columns;
};

// Totals over groups at a ratio. With s a group's sums: of s s' ratio / (1 + n ratio), and of log(1 + n
// ratio), each with its first and second derivative by the ratio.
struct RatioSums {
  Eigen::MatrixXd outer, outer_first, outer_second;
  double log = 0;
  double log_first = 0;
  double log_second = 0;

  static RatioSums Zero(Eigen::Index columns);
  void Add(const GroupSums& group, double ratio);
};

struct Profile {
  Eigen::VectorXd coefficients;
  Eigen::MatrixXd inverse;  // times sigma^2 the covariance of the coefficients
  double squares = 0;       // residual, weighted
  double log_determinant = 0;
  double first = 0;  // derivatives of the deviance by the ratio
  double second = 0;
};

// `moments` are the products of all columns, the response last; `reml` profiles the restricted likelihood.
// Refused as dependent where no coefficients can be told.
struct ProfileOutcome {
  std::optional<Profile> profile;
  Dependent dependent;
};
ProfileOutcome ProfileAt(const Eigen::MatrixXd& moments, const RatioSums& sums, double rows, bool reml);

}  // namespace concordat::learning
