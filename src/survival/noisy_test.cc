// Survival under noise: the exact curve where there is next to none, bounds by unit, and coverage of what is
// said with noise.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "learning/testing_bounds.h"
#include "learning/testing_members.h"
#include "learning/testing_noisy.h"
#include "survival/methods.h"
#include "survival/suffix_sums.h"

namespace concordat::survival {
namespace {

const learning::Schema kSchema = {{.name = "time", .range = {{0, 100}}},
                                  {.name = "died", .range = {{0, 1}}},
                                  {.name = "sex", .levels = {"female", "male"}},
                                  {.name = "rare", .levels = {"no", "yes"}}};
constexpr double kRho = 0.028;  // epsilon 1 at delta 1e-6

// Weibull times of shape 1.3 and a scale by sex, censored evenly from 15 to 110; whole numbers where asked.
struct Drawn {
  double scale_female = 35, scale_male = 35;
  bool whole = false;
};

learning::Rows Draw(std::size_t size, const Drawn& drawn, std::mt19937_64& random) {
  learning::Rows rows;
  for (const learning::Field& field : kSchema) rows.columns.push_back({.name = field.name, .values = {}});
  std::uniform_real_distribution<double> uniform(0, 1);
  for (std::size_t i = 0; i < size; ++i) {
    const double male = uniform(random) < 0.4 ? 1 : 0;
    const double scale = male == 1 ? drawn.scale_male : drawn.scale_female;
    const double event = scale * std::pow(-std::log1p(-uniform(random)), 1 / 1.3);
    const double left = 15 + 95 * uniform(random);
    const double time = std::min({event, left, 100.0});
    const double values[] = {drawn.whole ? std::ceil(time) : time, event <= std::min(left, 100.0) ? 1.0 : 0.0,
                             male, 0};
    for (std::size_t c = 0; c < rows.columns.size(); ++c) rows.columns[c].values.push_back(values[c]);
  }
  return rows;
}

std::unique_ptr<learning::NoisyMethod> Make(const char* method, const char* formula,
                                            std::map<std::string, Value> options = {}) {
  return *learning::MakeNoisyMethod(
      Methods(), {.method = method, .formula = formula, .table = "people", .options = std::move(options)},
      kSchema, {});
}

double NumberAt(const Row& row, std::size_t place) {
  if (const auto* whole = std::get_if<std::int64_t>(&row[place])) return static_cast<double>(*whole);
  return std::get<double>(row[place]);
}

TEST(SuffixSums, UndoWhatTheyMeasure) {
  const SuffixSums sums(7);
  const Eigen::VectorXd counts = Eigen::VectorXd::LinSpaced(7, 3, -1);
  Eigen::VectorXd measured = Eigen::VectorXd::Zero(7);
  for (Eigen::Index i = 0; i < 7; ++i) sums.Add(i, counts[i], measured);
  const Eigen::VectorXd found = sums.SumsOf(measured);
  for (Eigen::Index i = 0; i < 7; ++i) {
    EXPECT_NEAR(found[i], counts.tail(7 - i).sum(), 1e-12);
    Eigen::VectorXd tail = Eigen::VectorXd::Zero(7);
    tail.tail(7 - i).setOnes();
    EXPECT_NEAR(sums.Weigh(tail).dot(measured), found[i], 1e-12);
    EXPECT_LE(sums.Weigh(tail).norm(), sums.norm() + 1e-12);
  }
}

TEST(NeverRising, IsTheNearest) {
  const Eigen::VectorXd falling = NeverRising(Eigen::Vector<double, 6>(5, 6, 1, 2, 3, -4));
  EXPECT_TRUE(falling.isApprox(Eigen::Vector<double, 6>(5.5, 5.5, 2, 2, 2, 0)));
}

// Whole times on a grid of whole steps: nothing is lost to the grid.
TEST(NoisySurvival, IsTheExactOneWithoutNoise) {
  std::mt19937_64 random(1);
  const learning::Rows rows = Draw(500, {.scale_male = 20, .whole = true}, random);
  constexpr learning::Rules kLoose{.minimum_rows = 1, .minimum_cell = 1, .parameters_share = 1};
  for (const char* name : {"kaplan_meier", "log_rank"}) {
    SCOPED_TRACE(name);
    const learning::Call call{
        .method = name, .formula = "Surv(time, died) ~ sex", .table = {}, .options = {}};
    const auto exact = learning::FitOver(**learning::MakeMethod(Methods(), call, kSchema, kLoose), {rows});
    std::vector<learning::UnitRows> members;
    for (learning::Rows& part : learning::Deal(rows, 3)) members.push_back(learning::ByUnit(std::move(part)));
    const auto noisy = learning::FitNoisily(*Make(name, call.formula.c_str()), members, {.exact = true});
    ASSERT_TRUE(noisy) << noisy.error().message;
    ASSERT_TRUE(exact) << exact.error().message;
    // The last event of a group may be that of the last person: no curve is shown there under noise.
    std::size_t place = 0;
    for (const Row& wanted : exact->rows) {
      if (std::string_view(name) == "kaplan_meier" && !(NumberAt(wanted, 4) > 0)) continue;
      ASSERT_LT(place, noisy->rows.size());
      const Row& found = noisy->rows[place++];
      EXPECT_EQ(found[0], wanted[0]);
      for (std::size_t i = 1; i < wanted.size(); ++i)
        EXPECT_NEAR(NumberAt(found, i), NumberAt(wanted, i), 1e-5 * std::max(1.0, NumberAt(wanted, i))) << i;
    }
    EXPECT_EQ(place, noisy->rows.size());
  }
}

// Units of one row and of many, with times far outside of the range.
TEST(NoisySurvival, MovesByItsStepsAtMost) {
  std::mt19937_64 random(2);
  learning::Rows rows = Draw(60, {}, random);
  rows.columns[0].values[3] = 1e300;
  rows.columns[0].values[7] = -1e300;
  for (const std::size_t rows_a_unit : {1, 2, 13}) {
    for (const std::uint64_t steps : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 31}) {
      const auto method = Make("kaplan_meier", "Surv(time, died) ~ sex");
      const double moved =
          learning::MostMoved(*method, learning::ByUnit(rows, rows_a_unit), method->Start(), steps);
      EXPECT_LE(moved, 1 + 1e-12);
      if (steps > 1000 && rows_a_unit == 1) EXPECT_GT(moved, 0.9);  // the bound is no larger than need be
    }
  }
}

double TrueSurvival(double time) { return std::exp(-std::pow(time / 35, 1.3)); }

struct Coverage {
  double covered = 0, shown = 0;
};

Coverage CoverageOf(std::size_t size, double rho, double widths, std::mt19937_64& random) {
  const auto method = Make("kaplan_meier", "Surv(time, died) ~ 1", {{"interval", Value("log_log")}});
  Coverage coverage;
  for (int run = 0; run < learning::Runs(100); ++run) {
    const auto fitted = learning::FitNoisily(*method, {learning::ByUnit(Draw(size, {}, random))},
                                             {.rho = rho, .seed = random()});
    if (!fitted) continue;
    for (const Row& row : fitted->rows) {
      const double estimate = NumberAt(row, 4), truth = TrueSurvival(NumberAt(row, 1));
      const double lower = estimate - widths * (estimate - NumberAt(row, 6));
      const double upper = estimate + widths * (NumberAt(row, 7) - estimate);
      coverage.shown += 1;
      coverage.covered += lower <= truth && truth <= upper ? 1 : 0;
    }
  }
  return coverage;
}

// 100 curves each; points of one curve go together, so that the share has a standard deviation of up to 2.2%
// as of 100 independent ones. Wrong with probability below 1e-5 (4.3 deviations) where coverage is 95%.
TEST(NoisySurvival, CoversTheTruthAsOftenAsItSays) {
  const struct {
    std::size_t size;
    double rho;
  } cases[] = {{228, kRho}, {228, 0.2}, {2000, kRho}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.size);
    std::mt19937_64 random(20240611);
    const Coverage coverage = CoverageOf(c.size, c.rho, 1, random);
    if (!learning::kJudged) continue;
    EXPECT_GT(coverage.shown, 500);
    EXPECT_GT(coverage.covered / coverage.shown, 0.95 - 4.3 * 0.022);
    // The control: intervals of half the width would not do.
    const Coverage narrow = CoverageOf(c.size, c.rho, 0.5, random);
    EXPECT_LT(narrow.covered / narrow.shown, 0.95 - 4.3 * 0.022);
  }
}

double Rejected(int runs, const Drawn& drawn, std::mt19937_64& random) {
  const auto method = Make("log_rank", "Surv(time, died) ~ sex");
  int rejected = 0;
  for (int run = 0; run < runs; ++run) {
    const auto fitted = learning::FitNoisily(*method, {learning::ByUnit(Draw(1000, drawn, random))},
                                             {.rho = kRho, .seed = random()});
    if (fitted && NumberAt(fitted->rows[0], 6) < 0.05) ++rejected;
  }
  return static_cast<double>(rejected) / runs;
}

// At 5%, 300 runs have a standard deviation of 1.3%; 4.3 of them: a false alarm below 1e-5.
TEST(NoisySurvival, RejectsAsRarelyAsItSays) {
  std::mt19937_64 random(20240612);
  const double alike = Rejected(learning::Runs(300), {}, random);
  // The control: of curves that differ it finds nearly all.
  const double unlike = Rejected(learning::Runs(50), {.scale_male = 22}, random);
  if (!learning::kJudged) return;
  EXPECT_LT(alike, 0.05 + 4.3 * 0.013);
  EXPECT_GT(unlike, 0.8);
}

TEST(NoisySurvival, RefusesByName) {
  const struct {
    const char* method;
    const char* formula;
    std::map<std::string, Value> options;
    const char* reason;
  } cases[] = {
      {"kaplan_meier", "time ~ sex", {}, "survival_response"},
      {"kaplan_meier", "Surv(time, died) ~ died", {}, "column_not_factor"},
      {"kaplan_meier", "Surv(free, died) ~ sex", {}, "range_needed"},
      {"kaplan_meier", "Surv(time, died) ~ sex", {{"steps", Value(1.0)}}, "option_invalid"},
      {"kaplan_meier", "Surv(time, died) ~ sex", {{"resolution", Value(1.0)}}, "unknown_option"},
      {"kaplan_meier", "Surv(time, time, died) ~ sex", {}, "formula_not_supported"},
      {"kaplan_meier", "Surv(time, died) ~ sex", {{"weights", Value("time")}}, "unknown_option"},
      {"log_rank", "Surv(time, time, died) ~ sex", {}, "formula_not_supported"},
      {"log_rank", "Surv(time, died) ~ 1", {}, "groups_needed"},
  };
  learning::Schema schema = kSchema;
  schema.push_back({.name = "free"});
  for (const auto& c : cases) {
    SCOPED_TRACE(c.formula);
    const auto made = learning::MakeNoisyMethod(
        Methods(), {.method = c.method, .formula = c.formula, .table = {}, .options = c.options}, schema, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().reason, c.reason);
  }
  std::mt19937_64 random(4);
  const learning::UnitRows few = learning::ByUnit(Draw(12, {}, random));
  for (const char* name : {"kaplan_meier", "log_rank"}) {
    const auto method = Make(name, "Surv(time, died) ~ sex");
    EXPECT_EQ(learning::FitNoisily(*method, {few}, {.rho = 1e-4, .seed = random()}).error().reason,
              "noise_too_large");
    for (const char* state : {"null", "{}", R"({"round": 1})"}) {
      EXPECT_FALSE(method->Add(few, Json::parse(state), 100));
      EXPECT_FALSE(method->Round(Json::parse(state)));
      EXPECT_EQ(method->Next(Json::parse(state), {}, 1).error().reason, "state_invalid");
    }
    EXPECT_EQ(method->Next(method->Start(), {}, 1).error().reason, "state_invalid");
  }
}

}  // namespace
}  // namespace concordat::survival
