#include "learning/noisy_moments.h"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/noisy_regression.h"
#include "learning/packing.h"
#include "learning/state.h"
#include "learning/unit_means.h"

namespace concordat::learning {
namespace {

constexpr double kMomentsShare = 0.25;
constexpr double kNarrowest = 1e-6;  // a deviation, in halves of what the declared range spans

// The nearest matrix without negative eigenvalues.
Eigen::MatrixXd NearestPositive(const Eigen::MatrixXd& symmetric) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0).asDiagonal() *
         solver.eigenvectors().transpose();
}

// The triangle of zz', and off the diagonal sqrt(2) times it: as long as z is squared.
void AddProducts(const Eigen::VectorXd& z, double weight, Eigen::VectorXd& numbers) {
  Eigen::Index place = 0;
  for (Eigen::Index i = 0; i < z.size(); ++i)
    for (Eigen::Index j = i; j < z.size(); ++j)
      numbers[place++] += weight * (i == j ? 1 : std::sqrt(2.0)) * z[i] * z[j];
}

}  // namespace

Json NoisyMoments::Start() const { return Json{{"round", 0}}; }

// Without a mean in the first round.
Result<NoisyMoments::Moments> NoisyMoments::Read(const Json& state) const {
  Moments moments;
  if (TRY(WholeOf(state, "round", {0, 1})) == 0) return moments;
  moments.rows = TRY(NumberOf(state, "rows", {2, 1e15}));
  moments.noise = TRY(NumberOf(state, "noise", {0, 1e15}));
  moments.mean = TRY(VectorOf(state, "mean", Size(), {-1, 1}));
  moments.deviation = TRY(VectorOf(state, "deviation", Size(), {kNarrowest, 2}));
  return moments;
}

double NoisyMoments::FirstBound() const { return std::sqrt(1 + 2 * static_cast<double>(Size())); }

// Of the square of a row's length: the lesser of the clip's and of what declared ranges let be.
double NoisyMoments::SecondBound(const Moments& moments) const {
  const Eigen::ArrayXd most = (1 + moments.mean.array().abs()) / moments.deviation.array();
  return std::min(clip_ * clip_ * static_cast<double>(Size()), most.square().sum());
}

Result<std::size_t> NoisyMoments::Length(const Json& state) const {
  const bool first = TRY(Read(state)).mean.size() == 0;
  return static_cast<std::size_t>(first ? 1 + 2 * Size() : TriangleSize(Size()));
}

Result<NoisyRound> NoisyMoments::Round(const Json& state) const {
  const Moments moments = TRY(Read(state));
  if (moments.mean.size() == 0) return NoisyRound{.bound = FirstBound(), .share = kMomentsShare};
  return NoisyRound{.bound = SecondBound(moments), .share = 1 - kMomentsShare};
}

Result<std::vector<Int128>> NoisyMoments::Add(const UnitRows& rows, const Json& state,
                                              std::uint64_t steps) const {
  const Moments moments = TRY(Read(state));
  const Frame frame = design_.Of(rows.rows);
  const Eigen::MatrixXd x = BoundedColumns(frame, scales_);
  if (moments.mean.size() == 0)
    return SumUnitMeans(rows, frame, 1 + 2 * Size(), {.bound = FirstBound(), .steps = steps},
                        [&](Eigen::Index row, double weight, Eigen::VectorXd& numbers) {
                          numbers[0] += weight;
                          for (Eigen::Index j = 0; j < Size(); ++j) {
                            numbers[1 + j] += weight * x(row, j);
                            numbers[1 + Size() + j] += weight * x(row, j) * x(row, j);
                          }
                        });
  const double longest = std::sqrt(SecondBound(moments));
  return SumUnitMeans(rows, frame, TriangleSize(Size()), {.bound = SecondBound(moments), .steps = steps},
                      [&](Eigen::Index row, double weight, Eigen::VectorXd& numbers) {
                        Eigen::VectorXd z = x.row(row).transpose();
                        z = (z - moments.mean).cwiseQuotient(moments.deviation);
                        AddProducts(z * std::min(1.0, longest / z.norm()), weight, numbers);
                      });
}

Outcome<Step> NoisyMoments::Scale(std::span<const double> totals, double sigma) const {
  Taker taker(totals);
  const double rows = std::round(taker.Number());
  if (rows < std::max(2.0, kFewRows * sigma))
    return Refuse("noise_too_large", "there are no more rows than noise makes of none",
                  "ask for a table with more rows, or allow more epsilon", "22023");
  TRY(CheckRows(rules_, rows));
  const Eigen::VectorXd mean = (taker.Vector(Size()) / rows).cwiseMax(-1).cwiseMin(1);
  const Eigen::ArrayXd variance = (taker.Vector(Size()) / rows - mean.cwiseAbs2()).array();
  // A column whose variance the noise hides is scaled by that noise.
  const Eigen::ArrayXd least = sigma / rows * (1 + 2 * mean.array().abs());
  const Eigen::ArrayXd deviation = variance.max(least).max(kNarrowest * kNarrowest).sqrt().min(1);
  return Step{.state = Json{{"round", 1},
                            {"rows", rows},
                            {"noise", sigma / rows},
                            {"mean", ToJson(mean)},
                            {"deviation", ToJson(Eigen::VectorXd(deviation))}},
              .said = fmt::format("moments of about {:.0f} rows", rows)};
}

// The mean's own noise is in the products around it, by what is taken off.
NoisySpread NoisyMoments::SpreadOf(const Moments& moments, std::span<const double> totals,
                                   double sigma) const {
  Eigen::VectorXd triangle(TriangleSize(Size()));
  Eigen::Index place = 0;
  for (Eigen::Index i = 0; i < Size(); ++i)
    for (Eigen::Index j = i; j < Size(); ++j, ++place)
      triangle[place] = totals[static_cast<std::size_t>(place)] / (i == j ? 1 : std::sqrt(2.0));
  const auto back = moments.deviation.asDiagonal();
  const Eigen::MatrixXd own =
      moments.noise * moments.noise *
      (Eigen::MatrixXd::Identity(Size(), Size()) + moments.mean * moments.mean.transpose());
  const Eigen::MatrixXd around = FromTriangle(triangle, Size()) / (moments.rows - 1) -
                                 Eigen::MatrixXd(back.inverse() * own * back.inverse());
  return {.rows = moments.rows,
          .mean = moments.mean,
          .deviation = moments.deviation,
          .covariance = NearestPositive(around),
          .noise = sigma / std::sqrt(2.0) / (moments.rows - 1)};
}

Outcome<std::variant<Step, NoisySpread>> NoisyMoments::Next(const Json& state, std::span<const double> totals,
                                                            double sigma) const {
  const auto length = Length(state);
  if (!length) return RefuseState(length.error());
  TRY(CheckTotals(totals, *length));
  const Moments moments = *Read(state);
  if (moments.mean.size() == 0) return TRY(Scale(totals, sigma));
  return SpreadOf(moments, totals, sigma);
}

Outcome<Step> MomentsMethod::Next(const Json& state, std::span<const double> totals, double sigma) const {
  auto next = TRY(moments_.Next(state, totals, sigma));
  if (auto* first = std::get_if<Step>(&next)) return std::move(*first);
  Step step{.said = "products of the columns, with noise"};
  step.fitted = TRY(TableOf(std::get<NoisySpread>(next)));
  return step;
}

}  // namespace concordat::learning
