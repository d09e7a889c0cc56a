// Linear regression under noise where columns and responses are as registers have them: in a small part of
// what was declared, with long tails, mostly 0. Intervals hold what they say all the same, and are not wide
// because of what was declared.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "learning/expr.h"
#include "learning/methods.h"
#include "learning/testing_fit.h"
#include "learning/testing_members.h"
#include "learning/testing_noisy.h"

namespace concordat::learning {
namespace {

constexpr Rules kLoose{.minimum_rows = 1, .minimum_cell = 1, .parameters_share = 1};
constexpr double kRho = 0.0278;
constexpr char kWith[] = "y ~ x + v + g", kWithout[] = "y ~ 0 + g + x + v";
const std::vector<std::string> kLevels = {"n", "e", "s"};

// Draws of a random law.
using Law = std::function<double(std::mt19937_64&)>;

double Normal(std::mt19937_64& random) { return std::normal_distribution<double>()(random); }
double Long(std::mt19937_64& random) { return std::exp(Normal(random)); }
double MostlyNone(std::mt19937_64& random) {
  return std::uniform_real_distribution<double>()(random) < 0.2 ? 5 * Long(random) : 0;
}
// Of mean 0 and deviation 1, and of half of all rows below -0.3.
double Skewed(std::mt19937_64& random) { return (Long(random) - std::exp(0.5)) / 2.161; }
// Student's t of 3 degrees of freedom.
double Heavy(std::mt19937_64& random) {
  return std::student_t_distribution<double>(3)(random) / std::sqrt(3);
}

// y = 1 + slope (x + v) / 2 + 0.4 [g = e] - 0.4 [g = s] + error.
struct World {
  const char* name;
  const char* formula = kWith;
  Interval x, y;  // declared
  Law column, error;
  double slope = 0.5;
  std::size_t size = 2'000;
};

Schema SchemaOf(const World& world) {
  return {{"x", {}, world.x}, {"v", {}, world.x}, {"g", kLevels, {}}, {"y", {}, world.y}};
}

Rows DrawnFrom(const World& world, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform;
  Rows rows;
  for (const Field& field : SchemaOf(world)) rows.columns.push_back({field.name, {}});
  const auto within = [](double value, const Interval& range) {
    return std::clamp(value, range.first, range.second);
  };
  for (std::size_t i = 0; i < world.size; ++i) {
    const double x = within(world.column(random), world.x), v = within(world.column(random), world.x);
    const double share = uniform(random), g = share < 0.5 ? 0 : share < 0.8 ? 1 : 2;
    const double y =
        1 + world.slope * (x + v) / 2 + (g == 1 ? 0.4 : 0) - (g == 2 ? 0.4 : 0) + world.error(random);
    const double values[] = {x, v, g, within(y, world.y)};
    for (std::size_t c = 0; c < rows.columns.size(); ++c) rows.columns[c].values.push_back(values[c]);
  }
  return rows;
}

// Of each coefficient.
struct Tally {
  int intervals = 0, covered = 0, without = 0;
  double error = 0;  // of the first slope, on average
};

Tally TallyOf(const World& world, std::uint64_t fits) {
  const Call call{"lm", world.formula, "t", {}};
  const auto noisy = MakeNoisyMethod(Methods(), call, SchemaOf(world), kLoose);
  const auto exact = MakeMethod(Methods(), call, SchemaOf(world), kLoose);
  EXPECT_TRUE(noisy && exact);
  const bool intercept = world.formula == kWith;
  const double slope = world.slope / 2;
  const std::vector<double> truth = intercept ? std::vector<double>{1, slope, slope, 0.4, -0.4}
                                              : std::vector<double>{1, 1.4, 0.6, slope, slope};
  Tally tally;
  std::mt19937_64 random(20261128);
  for (std::uint64_t seed = 1; seed <= fits; ++seed) {
    const Rows rows = DrawnFrom(world, random);
    const auto fitted = FitNoisily(**noisy, {ByUnit(rows)}, {.rho = kRho, .seed = seed});
    const auto plain = FitOver(**exact, {rows});
    EXPECT_TRUE(fitted && plain);
    for (std::size_t c = 0; c < truth.size(); ++c) {
      const Row& row = fitted->rows[c];
      ++tally.intervals;
      if (std::get<double>(row[5]) <= truth[c] && truth[c] <= std::get<double>(row[6])) ++tally.covered;
      const double error = std::get<double>(plain->rows[c][2]);
      if (std::abs(std::get<double>(row[1]) - truth[c]) <= 1.96 * error) ++tally.without;
    }
    tally.error += std::get<double>(fitted->rows[intercept ? 1 : 3][2]) / static_cast<double>(fits);
  }
  return tally;
}

// At epsilon 1 (dp::RhoFor at delta 1e-6). Of 200 intervals of 95%, 190 on average; fewer than 175 (5
// standard errors) by chance once in 3 million runs. Intervals that do not count the noise are the negative
// control.
TEST(NoisyLm, CoversTheTruthWhateverColumnsLookLike) {
  const struct {
    World world;
    double widest;  // that the first slope's standard error is on average
  } cases[] = {
      {{.name = "plain", .x = {-4, 4}, .y = {-6, 6}, .column = Normal, .error = Normal}, 0.08},
      {{.name = "a fiftieth", .x = {-200, 200}, .y = {-200, 200}, .column = Normal, .error = Normal}, 0.16},
      {{.name = "long tails", .x = {0, 200}, .y = {-10, 100}, .column = Long, .error = Normal}, 0.14},
      {{.name = "mostly 0",
        .x = {0, 500},
        .y = {-10, 100},
        .column = MostlyNone,
        .error = Normal,
        .size = 4'000},
       0.08},
      {{.name = "skewed", .x = {-4, 4}, .y = {-50, 50}, .column = Normal, .error = Skewed}, 0.1},
      {{.name = "heavy", .x = {-4, 4}, .y = {-100, 100}, .column = Normal, .error = Heavy, .size = 4'000},
       0.08},
      {{.name = "all long", .x = {0, 200}, .y = {-100, 100}, .column = Long, .error = Skewed}, 0.12},
      {{.name = "no intercept",
        .formula = kWithout,
        .x = {0, 200},
        .y = {-100, 100},
        .column = Long,
        .error = Skewed},
       0.5},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.world.name);
    const Tally tally = TallyOf(c.world, Runs(40));
    if (!kJudged) continue;
    EXPECT_EQ(tally.intervals, 200);
    EXPECT_GE(tally.covered, 175);
    EXPECT_LT(tally.without, 175) << "the control has no power: noise is too small to see";
    EXPECT_LT(tally.error, c.widest);
  }
}

}  // namespace
}  // namespace concordat::learning
