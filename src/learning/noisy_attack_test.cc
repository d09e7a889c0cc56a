// What fits under noise tell of one unit: by neighbours no round moves by more than its steps, and the best
// test that an attacker finds of the released coefficients tells no more than is stated. Both see it when
// units are not clipped.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "learning/methods.h"
#include "learning/testing_fit.h"
#include "learning/testing_noisy.h"

namespace concordat::learning {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Rules kLoose{.minimum_rows = 1, .minimum_cell = 1, .parameters_share = 1};
// What epsilon 1 at delta 1e-6 comes to as zCDP (dp::RhoFor).
constexpr double kStated = 1, kDelta = 1e-6, kRho = 0.0278;

const std::vector<Call> kCalls = {
    {"lm", "cost ~ age + sex", "people", {}},
    {"glm", "ill ~ age + sex", "people", {{"family", "binomial"}, {"rounds", std::int64_t{3}}}},
    {"glm", "visits ~ age", "people", {{"family", "poisson"}, {"rounds", std::int64_t{3}}}},
};

std::unique_ptr<NoisyMethod> Make(const Call& call) {
  auto made = MakeNoisyMethod(Methods(), call, PeopleSchema(), kLoose);
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

// People of one row each, and first one of `rows` rows at the ends of all ranges.
UnitRows WithOne(std::size_t people, std::size_t rows) {
  const Schema schema = PeopleSchema();
  UnitRows units = ByUnit(People(people, 1)[0]);
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const Field& field = schema[i];
    const double end = field.range ? field.range->second : static_cast<double>(field.levels.size() - 1);
    std::vector<double>& values = units.rows.columns[i].values;
    values.insert(values.begin(), rows, end);
  }
  for (std::size_t& start : units.starts) start += rows;
  units.starts.insert(units.starts.begin(), 0);
  return units;
}

TEST(NoisyNeighbours, MoveNoRoundByMoreThanItsSteps) {
  constexpr std::uint64_t kSteps = 100'000;
  for (const Call& call : kCalls) {
    const auto method = Make(call);
    double furthest = 0;
    for (const std::size_t rows : {1, 2, 40}) {
      const UnitRows with = WithOne(200, rows), without = Without(with, 0);
      std::vector<Json> states;
      ASSERT_TRUE(FitNoisily(*method, {without}, {.rho = 10}, &states));
      for (const Json& state : states) {
        const auto more = IntegersOf(*method, with, state, kSteps);
        const auto less = IntegersOf(*method, without, state, kSteps);
        double squares = 0;
        for (std::size_t i = 0; i < more.size(); ++i)
          squares += std::pow(static_cast<double>(more[i] - less[i]), 2);
        EXPECT_LE(std::sqrt(squares), kSteps) << call.formula << " " << rows;
        furthest = std::max(furthest, std::sqrt(squares));
      }
    }
    EXPECT_GT(furthest, 0.9 * kSteps) << call.formula << ": the bound is made use of";
  }
}

// Coefficients of so many fits, a row each.
MatrixXd Released(const NoisyMethod& method, const UnitRows& units, int fits, std::uint64_t seed) {
  MatrixXd all;
  for (int i = 0; i < fits; ++i) {
    const auto fitted =
        FitNoisily(method, {units}, {.rho = kRho, .seed = seed + static_cast<std::uint64_t>(i)});
    if (all.size() == 0 && fitted) all = MatrixXd::Zero(fits, static_cast<Eigen::Index>(fitted->rows.size()));
    if (!fitted) continue;  // refused: told apart by nothing here
    for (std::size_t c = 0; c < fitted->rows.size(); ++c)
      all(i, static_cast<Eigen::Index>(c)) = std::get<double>(fitted->rows[c][1]);
  }
  return all;
}

// Ranks of all, by column: coefficients of noisy fits have long tails.
MatrixXd Squashed(const MatrixXd& all, const VectorXd& middle, const VectorXd& width) {
  MatrixXd squashed = all;
  for (Eigen::Index i = 0; i < all.rows(); ++i)
    squashed.row(i) = ((all.row(i).transpose() - middle).cwiseQuotient(width)).array().atan().transpose();
  return squashed;
}

double Quantile(VectorXd values, double at) {
  std::sort(values.begin(), values.end());
  return values[static_cast<Eigen::Index>(at * static_cast<double>(values.size() - 1))];
}

// A chance that is above (below) the true one with 99.99%: Hoeffding's bound, of `all` trials.
double Above(double share, double all) { return share + std::sqrt(std::log(1e4) / (2 * all)); }
double Below(double share, double all) { return share - std::sqrt(std::log(1e4) / (2 * all)); }

// The epsilon that a likelihood-ratio test between two normal laws proves: fitted to half of the draws,
// counted on the others.
double Proven(const MatrixXd& without, const MatrixXd& with) {
  const Eigen::Index half = without.rows() / 2;
  VectorXd middle(without.cols()), width(without.cols());
  for (Eigen::Index c = 0; c < without.cols(); ++c) {
    middle[c] = Quantile(without.col(c).head(half), 0.5);
    width[c] = Quantile(without.col(c).head(half), 0.84) - middle[c] + 1e-12;
  }
  const MatrixXd a = Squashed(without, middle, width), b = Squashed(with, middle, width);
  const VectorXd mean_a = a.topRows(half).colwise().mean(), mean_b = b.topRows(half).colwise().mean();
  const MatrixXd centred = a.topRows(half).rowwise() - mean_a.transpose();
  MatrixXd covariance = centred.transpose() * centred / static_cast<double>(half);
  covariance.diagonal().array() += 1e-9;
  const VectorXd direction = covariance.ldlt().solve(mean_b - mean_a);
  const VectorXd score_a = a.bottomRows(half) * direction, score_b = b.bottomRows(half) * direction;
  double proven = 0;
  for (const double at : {0.5, 0.8, 0.9, 0.95, 0.99}) {
    const double threshold = Quantile(a.topRows(half) * direction, at);
    const auto trials = static_cast<double>(half);
    const double false_alarms = static_cast<double>((score_a.array() > threshold).count()) / trials;
    const double hits = static_cast<double>((score_b.array() > threshold).count()) / trials;
    proven = std::max(proven, std::log((Below(hits, trials) - kDelta) / Above(false_alarms, trials)));
  }
  return proven;
}

double Attacked(const Call& call) {
  const auto method = Make(call);
  const UnitRows with = WithOne(150, 100), without = Without(with, 0);
  return Proven(Released(*method, without, Runs(2'000), 1), Released(*method, with, Runs(2'000), 1'000'000));
}

// False alarms: each of 5 thresholds fails one of two bounds of 1e-4, for 3 fits: below 3e-3 were the true
// epsilon the stated one; it is proven to be no more, and what the test can see of it is far below.
TEST(NoisyAttack, ProvesNoMoreThanIsStated) {
  for (const Call& call : kCalls) EXPECT_LT(Attacked(call), kStated) << call.formula;
}

#ifdef CONCORDAT_MUTATIONS
// A twentieth of the fits can prove nothing.
TEST(NoisyAttack, ProvesMoreWhereUnitsAreNotClipped) {
  ASSERT_EQ(setenv("CONCORDAT_MUTATION", "fit_clip_off", 1), 0);
  const double proven = Attacked(kCalls[1]);
  unsetenv("CONCORDAT_MUTATION");
  if (kJudged) EXPECT_GT(proven, kStated);
}
#endif

}  // namespace
}  // namespace concordat::learning
