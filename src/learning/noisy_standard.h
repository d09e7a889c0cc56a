// Standardised columns of linear and generalised linear models under noise, so that later rounds' rows are
// about as long as each other, and how long they may be.
//
// Argument: glm_noisy.proof.md.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "learning/noisy_places.h"
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

// In a state. Errors: kInvalidArgument: not of so many terms.
void Put(Json& state, const Standard& standard);
Result<Standard> ReadStandard(const Json& state, Eigen::Index terms);

// How long a row's numbers may be for the noise of their sum to add no more than `share` to `variance`, that
// of the sum over rows; `each` is the noise of a number of bound 1 for the whole fit.
double WideFor(double variance, double share, double each);

// The response's part of round 1, and what both rounds lead to.
class FirstResponses {
 public:
  FirstResponses(const NoisyRegression& regression, const Family& family);

  // Numbers that a row adds, and most that they are long.
  Eigen::Index Size() const { return 2 + (offset_ ? 1 : 0); }
  double Length() const { return std::sqrt(static_cast<double>(Size())); }
  // Added from a place on.
  void AddRow(double y, double offset, Eigen::Ref<Eigen::VectorXd> numbers) const;
  // `sigma` is the noise of a total, `each` what that of a number of bound 1 will be for the rest of the fit.
  Standard Next(const Places& places, std::span<const double> totals, double sigma, double each) const;
  // The most that a response is.
  double top() const { return top_; }

 private:
  struct Responses {
    double mean = 0;
    double deviation = 0;
    double information = 0;  // of a row, about
    double start = 0;
  };
  Responses ResponsesOf(double mean, double square, double noise) const;  // of each mean
  void Widen(Standard& standard, const Responses& responses, double each) const;

  Family family_;
  Scale response_;
  bool intercept_, offset_;
  double rows_of_a_unit_, top_;
};

}  // namespace concordat::learning
