// How columns of numbers are scaled for a network under noise. Noise is as large for each weight, so a column
// that declared ranges make small (incomes up to 100,000 of which most are 0) drowns in it: the first rounds
// of a fit measure means and deviations, and the others descend on columns scaled by these.
//
// Source: Biswas, Dong, Kamath, Ullman, "CoinPress: Practical Private Mean and Covariance Estimation" (2020),
// for scaling in rounds of its own. What a unit moves: clip.proof.md. Pure.
#pragma once

#include <vector>

#include "learning/method.h"
#include "training/design.h"

namespace concordat::training {

// Threading: any thread; nothing changes.
class NetworkScales {
 public:
  // Columns that are products of factors alone, 0 or 1, are not measured; the response is where it is a
  // number.
  explicit NetworkScales(const NetworkDesign& design);

  bool measures() const { return size() > 0; }
  // Numbers of a round that measures, and of what `Measured` makes of them: units, then of each column two.
  Eigen::Index length() const { return 1 + 2 * size(); }
  // Most that a unit adds in L2.
  double bound() const;
  // A member's part: of a unit's rows the means of 1, x and x^2 - 1, where x is -1 to 1 in a declared range.
  // So are (x, x^2 - 1) no longer than 1.
  std::vector<Int128> Add(const learning::UnitRows& rows, const learning::Frame& frame,
                          std::uint64_t steps) const;
  // Units, means and deviations by sums that each have noise of `sigma`: those of declared ranges where noise
  // tells no units, and no deviation below what noise makes of none.
  Eigen::VectorXd Measured(const Eigen::VectorXd& sums, double sigma) const;
  // Is it what Measured makes?
  bool Holds(const Eigen::VectorXd& measured) const;
  InputScales Of(const Eigen::VectorXd& measured) const;

 private:
  Eigen::Index size() const { return static_cast<Eigen::Index>(columns_.size()) + (response_ ? 1 : 0); }

  InputScales declared_;
  std::vector<Eigen::Index> columns_;
  bool response_ = false;
};

}  // namespace concordat::training
