#include "learning/noisy_standard.h"

#include <cmath>
#include <limits>

#include "learning/packing.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNarrow = 1e-6;      // a deviation, of half a declared range
constexpr double kFarOffset = 20;     // offsets beyond are taken to be this
constexpr double kRare = 0.01;        // a mean from which fits start, at least, where rows let it be told
constexpr double kDeviations = 3;     // of responses that Poisson's scores count in full, at least
constexpr double kNoticed = 0.02;     // noise next to sampling, as variances: less of it is not worth a bound
constexpr double kBothParts = 1.414;  // score and information together, next to the score

}  // namespace

MatrixXd Standard::Unscale(bool intercept) const {
  MatrixXd back = spread.cwiseInverse().asDiagonal();
  if (intercept) back.row(0).tail(spread.size() - 1) = -centre.cwiseQuotient(spread).tail(spread.size() - 1);
  return back;
}

double Standard::RadiusFor(bool intercept, double least, double wanted) const {
  double squares = intercept ? 1 : 0;
  for (Eigen::Index i = intercept ? 1 : 0; i < spread.size(); ++i)
    squares += std::pow((1 + std::abs(centre[i])) / spread[i], 2);
  const double farthest = std::sqrt(squares);
  return std::clamp(wanted, std::min(least, farthest), farthest);
}

double WideFor(double variance, double share, double each) {
  return each > 0 ? std::sqrt(share * variance) / each : std::numeric_limits<double>::max();
}

FirstRound::FirstRound(const NoisyRegression& regression, const Family& family)
    : family_(family),
      rules_(regression.rules),
      response_(ScaleOf(regression.design.response_range(), true)),
      terms_(static_cast<Index>(regression.design.terms().size())),
      first_(regression.design.formula().intercept ? 1 : 0),
      offset_(!regression.design.formula().offsets.empty()),
      largest_(regression.largest),
      rows_of_a_unit_(regression.rows_of_a_unit),
      top_(std::max(std::abs(regression.design.response_range()->first),
                    std::abs(regression.design.response_range()->second))) {}

double FirstRound::Bound() const {
  const double columns = largest_ * largest_ - static_cast<double>(first_);
  return rows_of_a_unit_ * std::sqrt(3 + (offset_ ? 1 : 0) + 2 * columns);
}

VectorXd FirstRound::NumbersOf(const VectorXd& x, double y, double offset) const {
  const double u = std::clamp((y - response_.centre) / response_.half, -1.0, 1.0);
  const VectorXd own = x.tail(Columns());
  VectorXd numbers(Size());
  numbers.head(3) << 1, u, u * u;
  if (offset_) numbers[3] = std::clamp(offset / kFarOffset, -1.0, 1.0);
  numbers.tail(2 * Columns()) << own, own.cwiseAbs2();
  return numbers;
}

Outcome<Standard> FirstRound::Next(std::span<const double> totals, double sigma) const {
  Taker taker(totals);
  const double rows = taker.Number();
  TRY(CheckRows(rules_, rows));
  const double mean = taker.Number() / rows, square = taker.Number() / rows;
  const double offset = offset_ ? kFarOffset * std::clamp(taker.Number() / rows, -1.0, 1.0) : 0;
  const VectorXd means = (taker.Vector(Columns()) / rows).cwiseMax(-1).cwiseMin(1);
  const VectorXd squares = taker.Vector(Columns()) / rows;
  const double least = std::clamp(2 * sigma / rows, kNarrow * kNarrow, 1.0);
  Standard standard{.centre = VectorXd::Zero(terms_), .spread = VectorXd::Ones(terms_)};
  if (first_ == 1) standard.centre.tail(Columns()) = means;
  standard.spread.tail(Columns()) =
      (squares - standard.centre.tail(Columns()).cwiseAbs2()).cwiseMax(least).cwiseMin(1).cwiseSqrt();
  standard.rows = rows;
  const Responses responses = ResponsesOf(mean, square, std::max(1.0, sigma) / rows);
  standard.start = responses.start - offset;
  Widen(standard, responses, sigma / Bound() * std::sqrt(kShare / (1 - kShare)));
  return standard;
}

FirstRound::Responses FirstRound::ResponsesOf(double mean, double square, double noise) const {
  const double half = response_.half, found = response_.centre + half * mean;
  const double variance = half * half * (square - mean * mean);
  const double least = std::clamp(half * noise, kRare, 0.5 * half);
  const bool binomial = family_.kind == Family::Kind::kBinomial;
  Responses responses{.mean = std::clamp(found, least, binomial ? 1 - least : top_)};
  responses.information = binomial ? responses.mean * (1 - responses.mean) / 2 : responses.mean;
  responses.deviation = std::sqrt(std::max(variance, responses.mean));
  responses.start = LinearOf(family_.link, responses.mean);
  return responses;
}

// Bounds as wide as noise lets them be without being noticed, `each` being the noise of a number of bound 1
// for the rest of the fit; never below about what most rows have.
void FirstRound::Widen(Standard& standard, const Responses& responses, double each) const {
  const double wide =
      WideFor(standard.rows * responses.information, kNoticed, kBothParts * each * rows_of_a_unit_);
  constexpr double kAny = std::numeric_limits<double>::max();
  const double usual = std::sqrt(static_cast<double>(terms_));
  const double farthest = standard.RadiusFor(first_ == 1, 0, kAny);
  const bool binomial = family_.kind == Family::Kind::kBinomial;
  const double all = binomial ? 1 : top_;
  const double some = binomial ? 0.5 : std::min(all, std::max(1.0, kDeviations * responses.deviation));
  standard.most = std::clamp(wide / farthest, some, all);
  standard.radius = standard.RadiusFor(first_ == 1, usual, wide / standard.most);
}

}  // namespace concordat::learning
