#include "learning/noisy_standard.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

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

void Put(Json& state, const Standard& standard) {
  state["rows"] = standard.rows;
  state["centre"] = ToJson(standard.centre);
  state["spread"] = ToJson(standard.spread);
  state["radius"] = standard.radius;
  state["most"] = standard.most;
}

Result<Standard> ReadStandard(const Json& state, Eigen::Index terms) {
  constexpr Bounds kAbove{1e-12, 1e12};
  Standard standard;
  standard.rows = TRY(NumberOf(state, "rows", {0, 1e15}));
  standard.centre = TRY(VectorOf(state, "centre", terms, {-1, 1}));
  standard.spread = TRY(VectorOf(state, "spread", terms, {1e-9, 4}));
  standard.radius = TRY(NumberOf(state, "radius", kAbove));
  standard.most = TRY(NumberOf(state, "most", kAbove));
  return standard;
}

double WideFor(double variance, double share, double each) {
  return each > 0 ? std::sqrt(share * variance) / each : std::numeric_limits<double>::max();
}

FirstResponses::FirstResponses(const NoisyRegression& regression, const Family& family)
    : family_(family),
      response_(ScaleOf(regression.design.response_range(), true)),
      intercept_(regression.design.formula().intercept),
      offset_(!regression.design.formula().offsets.empty()),
      rows_of_a_unit_(regression.rows_of_a_unit),
      top_(std::max(std::abs(regression.design.response_range()->first),
                    std::abs(regression.design.response_range()->second))) {}

void FirstResponses::AddRow(double y, double offset, Eigen::Ref<VectorXd> numbers) const {
  const double u = std::clamp((y - response_.centre) / response_.half, -1.0, 1.0);
  numbers[0] += u;
  numbers[1] += u * u;
  if (offset_) numbers[2] += std::clamp(offset / kFarOffset, -1.0, 1.0);
}

Standard FirstResponses::Next(const Places& places, std::span<const double> totals, double sigma,
                              double each) const {
  Taker taker(totals);
  const double rows = places.rows, mean = taker.Number() / rows, square = taker.Number() / rows;
  const double offset = offset_ ? kFarOffset * std::clamp(taker.Number() / rows, -1.0, 1.0) : 0;
  Standard standard{.centre = places.centre, .spread = places.spread, .rows = rows};
  const Responses responses = ResponsesOf(mean, square, std::max(1.0, sigma) / rows);
  standard.start = responses.start - offset;
  Widen(standard, responses, each);
  return standard;
}

FirstResponses::Responses FirstResponses::ResponsesOf(double mean, double square, double noise) const {
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
void FirstResponses::Widen(Standard& standard, const Responses& responses, double each) const {
  const double wide =
      WideFor(standard.rows * responses.information, kNoticed, kBothParts * each * rows_of_a_unit_);
  constexpr double kAny = std::numeric_limits<double>::max();
  const double usual = std::sqrt(static_cast<double>(standard.spread.size()));
  const double farthest = standard.RadiusFor(intercept_, 0, kAny);
  const bool binomial = family_.kind == Family::Kind::kBinomial;
  const double all = binomial ? 1 : top_;
  const double some = binomial ? 0.5 : std::min(all, std::max(1.0, kDeviations * responses.deviation));
  standard.most = std::clamp(wide / farthest, some, all);
  standard.radius = standard.RadiusFor(intercept_, usual, wide / standard.most);
}

}  // namespace concordat::learning
