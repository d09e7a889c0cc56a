// The first round of a generalised linear model under noise: how columns lie within their declared ranges, so
// that later rounds' rows are about as long as each other, and how long they may be.
//
// Argument: glm_noisy.proof.md.
#pragma once

#include <algorithm>
#include <span>

#include "learning/noisy_regression.h"
#include "learning/noisy_score.h"

namespace concordat::learning {

// Rows z = (x - centre) / spread of scaled rows x, an intercept as it is, longer ones than `radius` with a
// weight of (radius / |z|)^2.
struct Standard {
  Eigen::VectorXd centre, spread;  // a number a term
  double radius = 1;
  double most = 1;   // of a row's score but for its columns: BoundedScore
  double rows = 0;   // noisy
  double start = 0;  // linear predictor that all rows start from

  Eigen::VectorXd Of(const Eigen::VectorXd& x) const { return (x - centre).cwiseQuotient(spread); }
  double WeightOf(const Eigen::VectorXd& z) const {
    return std::min(1.0, radius * radius / std::max(z.squaredNorm(), 1e-300));
  }
  // A radius that is wanted, but no less than `least` and no more than any row is long.
  double RadiusFor(bool intercept, double least, double wanted) const;
  // T such that coefficients of scaled columns are T times those of standardised ones.
  Eigen::MatrixXd Unscale(bool intercept) const;
};

// How long a row's numbers may be for the noise of their sum to add no more than `share` to `variance`, that
// of the sum over rows; `each` is the noise of a number of bound 1 for the whole fit.
double WideFor(double variance, double share, double each);

class FirstRound {
 public:
  FirstRound(const NoisyRegression& regression, const Family& family);

  // Of the fit's cost.
  static constexpr double kShare = 0.08;
  Eigen::Index Size() const { return 3 + (offset_ ? 1 : 0) + 2 * Columns(); }
  double Bound() const;
  // What a row adds.
  Eigen::VectorXd NumbersOf(const Eigen::VectorXd& x, double y, double offset) const;
  // Refusals: too_few_rows.
  Outcome<Standard> Next(std::span<const double> totals, double sigma) const;
  // The most that a response is.
  double top() const { return top_; }

 private:
  struct Responses {
    double mean = 0;
    double deviation = 0;
    double information = 0;  // of a row, about
    double start = 0;
  };
  Eigen::Index Columns() const { return terms_ - first_; }                // but for an intercept
  Responses ResponsesOf(double mean, double square, double noise) const;  // of each mean
  void Widen(Standard& standard, const Responses& responses, double each) const;

  Family family_;
  Rules rules_;
  Scale response_;
  Eigen::Index terms_, first_;
  bool offset_;
  double largest_, rows_of_a_unit_, top_;
};

}  // namespace concordat::learning
