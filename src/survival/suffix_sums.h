// Counts on a line of which sums from a place to the end are wanted, measured so that noise adds little to
// any of them.
//
// The matrix of all such sums is the square of a triangular one, L, with L(i, j) = f(j - i) for j >= i and
// f(k) = binomial(2k, k) / 4^k. What is measured is L x with noise z; L (L x + z) are the sums, each with
// noise of variance at most sigma^2 |f|^2, and a unit of one place moves L x by at most |f|, where |f|^2 is
// about 1.07 + ln(size) / pi. Counts measured one by one would leave size sigma^2 on the longest sum. Source:
// Fichtenberger, Henzinger, Upadhyay, "Constant Matters: Fine-grained Error Bound on Differentially Private
// Continual Observation" (2023), section 3.
#pragma once

#include <Eigen/Core>

namespace concordat::survival {

class SuffixSums {
 public:
  // Precondition: size >= 1.
  explicit SuffixSums(Eigen::Index size);

  Eigen::Index size() const { return root_.size(); }
  // |f|: the longest column of L.
  double norm() const { return root_.norm(); }
  // Adds `weight` at a place: its column of L, times that, to numbers(0) … numbers(place).
  void Add(Eigen::Index place, double weight, Eigen::Ref<Eigen::VectorXd> numbers) const;
  // L y: sums from each place to the end, of y = L x.
  Eigen::VectorXd SumsOf(const Eigen::VectorXd& measured) const;
  // L^-T g: g'x is estimated from L x + z as (L^-T g)'(L x + z). Its square is the variance of that where z
  // has variance 1, and its product with another's the covariance.
  Eigen::VectorXd Weigh(const Eigen::VectorXd& g) const;

 private:
  Eigen::VectorXd root_;     // f
  Eigen::VectorXd inverse_;  // of L^-1, along its rows
};

// The nearest sequence that never rises and never falls below 0, in squares. Source: Ayer, Brunk, Ewing,
// Reid, Silverman, "An Empirical Distribution Function for Sampling with Incomplete Information" (1955).
Eigen::VectorXd NeverRising(const Eigen::VectorXd& sequence);

}  // namespace concordat::survival
