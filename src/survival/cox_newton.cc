#include "survival/cox_newton.h"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace concordat::survival {
namespace {

// Newton's decrement at which a further step changes nothing that doubles keep: a step of 1e-9 standard
// errors.
constexpr double kNewtonDone = 1e-18;
// Standard deviations of x that a coefficient may move in one step.
constexpr double kLongestStep = 4;
// Information for each event that tells a column from a constant, and the part of a column's information that
// others may not explain.
constexpr double kSpreadless = 1e-12;
constexpr double kCollinear = 1e-10;
// Variance, as a multiple of that at no effect, beyond which the likelihood is taken to rise forever.
constexpr double kSeparated = 1e4;
constexpr int kMostHalvings = 20;

tl::unexpected<Refusal> NotConverged(const std::string& what) {
  return Refuse("not_converged", what, "leave out terms that say nearly the same, or allow more max_rounds",
                "22023");
}

// Refuses columns that are constant, or a combination of those before them, among the rows at risk.
Outcome<void> CheckColumns(const Eigen::MatrixXd& information, double events,
                           const std::vector<std::string>& terms) {
  const Eigen::Index p = information.rows();
  for (Eigen::Index j = 0; j < p; ++j)
    if (!(information(j, j) > kSpreadless * events))
      return Refuse("collinear", fmt::format("{} has one value only where an event could come", terms[j]),
                    "leave it out", "22023");
  const Eigen::VectorXd root = information.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd scaled = root.asDiagonal() * information * root.asDiagonal();
  for (Eigen::Index j = 1; j < p; ++j) {
    const Eigen::MatrixXd before = scaled.topLeftCorner(j, j);
    const Eigen::VectorXd with = scaled.col(j).head(j);
    if (!(1 - with.dot(before.llt().solve(with)) > kCollinear))
      return Refuse("collinear", fmt::format("{} is a combination of the terms before it", terms[j]),
                    "leave it out", "22023");
  }
  return {};
}

// From declared scales to what the rows at risk show, so that exp(x'b) stays near 1.
void Standardise(const PartialLikelihood& at, const Eigen::VectorXd& null_variance, CoxState* state) {
  const Eigen::VectorXd ratio = at.deviation.unaryExpr([](double d) { return d > 0 ? d : 1; });
  state->centre += state->scale.cwiseProduct(at.mean);
  state->scale = state->scale.cwiseProduct(ratio);
  state->step = state->step.cwiseProduct(ratio);
  state->null_variance = null_variance.cwiseProduct(ratio.cwiseAbs2());
}

Outcome<void> CheckVariance(const Eigen::VectorXd& variance, const CoxState& state,
                            const std::vector<std::string>& terms) {
  for (Eigen::Index j = 0; j < variance.size(); ++j)
    if (!(variance[j] > 0 && variance[j] < kSeparated * state.null_variance[j]))
      return Refuse("separated",
                    fmt::format("the likelihood rises forever with {}: it tells all events apart", terms[j]),
                    "leave it out, or join its levels", "22023");
  return {};
}

void Shorten(Eigen::VectorXd* step) {
  const double longest = step->cwiseAbs().maxCoeff();
  if (longest > kLongestStep) *step *= kLongestStep / longest;
}

}  // namespace

Outcome<std::optional<CoxMaximum>> StepCox(CoxState* state, const CoxFrame& frame,
                                           std::span<const double> totals,
                                           const std::vector<std::string>& terms) {
  PartialLikelihood at = Assess(ShapeOf(*state, frame), totals, state->beta);
  if (!std::isfinite(at.log) || !at.score.allFinite() || !at.information.allFinite())
    return NotConverged("the likelihood left what numbers hold");
  if (state->round >= frame.max_rounds)
    return NotConverged(fmt::format("there is no maximum within {} rounds", frame.max_rounds));
  const bool first = state->round++ == 1;
  if (!first && at.log < state->log - 1e-9 * std::max(1.0, std::abs(state->log))) {
    if (++state->halved > kMostHalvings) return NotConverged("no step makes the likelihood rise");
    state->step /= 2;
    state->beta -= state->step;
    return std::nullopt;
  }
  if (first) TRY(CheckColumns(at.information, at.events, terms));
  Eigen::MatrixXd covariance =
      at.information.ldlt().solve(Eigen::MatrixXd::Identity(frame.columns, frame.columns));
  if (!first) TRY(CheckVariance(covariance.diagonal(), *state, terms));
  const Eigen::VectorXd step = covariance * at.score;
  const double decrement = step.dot(at.score);
  if (!first && decrement < kNewtonDone)
    return CoxMaximum{.beta = state->beta + step, .covariance = std::move(covariance), .at = std::move(at)};
  state->step = step;
  if (first) {
    state->null_log = at.log;
    state->null_score = decrement;
    Standardise(at, covariance.diagonal(), state);
  }
  Shorten(&state->step);
  state->log = at.log;
  state->halved = 0;
  state->beta += state->step;
  return std::nullopt;
}

}  // namespace concordat::survival
