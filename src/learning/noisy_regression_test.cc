// Linear and generalised linear models under noise: without noise they are the exact ones; with it their
// intervals hold what they say; and no unit moves a round by more than its steps.
#include "learning/noisy_regression.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "learning/methods.h"
#include "learning/testing_fit.h"
#include "learning/testing_members.h"
#include "learning/testing_noisy.h"

namespace concordat::learning {
namespace {

constexpr Rules kLoose{.minimum_rows = 1, .minimum_cell = 1, .parameters_share = 1};

std::vector<UnitRows> Units(const std::vector<Rows>& members) {
  std::vector<UnitRows> units;
  for (const Rows& rows : members) units.push_back(ByUnit(rows));
  return units;
}

TEST(NoisyRegression, IsTheExactFitWithoutNoise) {
  const struct {
    Call call;
    double relative;  // of errors
  } cases[] = {
      {{"lm", "cost ~ age + sex", "people", {}}, 1e-5},
      {{"lm", "cost ~ 0 + region + I(age^2)", "people", {}}, 1e-5},
      {{"lm", "log(cost + 1) ~ age * sex", "people", {}}, 1e-5},
      {{"glm", "cost ~ age", "people", {{"family", "gaussian"}}}, 1e-5},
      {{"glm", "ill ~ age + sex", "people", {{"family", "binomial"}}}, 1e-4},
      {{"glm", "rare ~ age + region + cost", "people", {{"family", "binomial"}}}, 1e-4},
      {{"glm", "visits ~ age + sex", "people", {{"family", "poisson"}}}, 1e-4},
      {{"glm", "visits ~ age + offset(log(weight))", "people", {{"family", "poisson"}}}, 1e-4},
  };
  const auto members = People(3'000, 3);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.call.formula);
    const auto exact = FitAmong(c.call, members, kLoose);
    ASSERT_TRUE(exact) << exact.error().message;
    Call call = c.call;
    if (call.options.contains("family") && std::get<std::string>(call.options["family"]) != "gaussian")
      call.options["rounds"] = std::int64_t{40};
    const auto method = MakeNoisyMethod(Methods(), call, PeopleSchema(), kLoose);
    ASSERT_TRUE(method) << method.error().message;
    const auto noisy = FitNoisily(**method, Units(members), {.exact = true});
    ASSERT_TRUE(noisy) << noisy.error().message;
    ASSERT_EQ(noisy->rows.size(), exact->rows.size());
    for (std::size_t i = 0; i < exact->rows.size(); ++i) {
      const Row &found = noisy->rows[i], &expected = exact->rows[i];
      EXPECT_EQ(found[0], expected[0]);
      const double estimate = std::get<double>(expected[1]), error = std::get<double>(expected[2]);
      EXPECT_NEAR(std::get<double>(found[1]), estimate, 1e-4 * (std::abs(estimate) + error))
          << ToText(found[0]);
      EXPECT_NEAR(std::get<double>(found[2]), error, c.relative * error) << ToText(found[0]);
    }
  }
}

TEST(NoisyRegression, RefusesByName) {
  const Schema schema = {{"age", {}, {{0, 120}}}, {"free", {}, {}}, {"ill", {"no", "yes"}, {}}};
  const struct {
    Call call;
    const char* reason;
  } cases[] = {
      {{"lm", "age ~ free", "t", {}}, "range_needed"},
      {{"lm", "free ~ age", "t", {}}, "range_needed"},
      {{"lm", "age ~ ill", "t", {{"weights", "age"}}}, "formula_not_supported"},
      {{"lm", "age ~ ill + offset(age)", "t", {}}, "formula_not_supported"},
      {{"lm", "~ age", "t", {}}, "response_missing"},
      {{"lm", "age ~ ill", "t", {{"rounds", std::int64_t{3}}}}, "unknown_option"},
      {{"glm", "age ~ ill", "t", {{"family", "gamma"}}}, "no_noisy_form"},
      {{"glm", "ill ~ age", "t", {{"family", "binomial"}, {"link", "probit"}}}, "no_noisy_form"},
      {{"glm", "ill ~ age", "t", {{"family", "binomial"}, {"ridge", 1.0}}}, "unknown_option"},
      {{"glm", "cbind(age, 1) ~ ill", "t", {{"family", "binomial"}}}, "formula_not_supported"},
      {{"mixed", "age ~ ill + (1 | site())", "t", {}}, "no_noisy_form"},
      {{"gml", "ill ~ age", "t", {}}, "unknown_method"},
  };
  for (const auto& c : cases) {
    const auto made = MakeNoisyMethod(Methods(), c.call, schema, {});
    ASSERT_FALSE(made) << c.call.formula;
    EXPECT_EQ(made.error().reason, c.reason) << c.call.formula << ": " << made.error().message;
  }
}

// Made-up people of which the coefficients are known.
struct Truth {
  Call call;
  std::vector<double> coefficients;  // of (Intercept), a, b
  double rho;                        // so that noise and sampling are of one size
  std::size_t size = 2'000;
};
const Schema kDrawn = {{"a", {}, {{-1, 1}}}, {"b", {"no", "yes"}, {}},   {"y", {}, {{-4, 4}}},
                       {"c", {}, {{0, 12}}}, {"ill", {"no", "yes"}, {}}, {"rare", {"no", "yes"}, {}}};

Rows Drawn(std::size_t size, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  Rows rows;
  for (const Field& field : kDrawn) rows.columns.push_back({field.name, {}});
  for (std::size_t i = 0; i < size; ++i) {
    const double a = 2 * uniform(random) - 1, b = uniform(random) < 0.4 ? 1 : 0;
    const double y = 0.5 + a - 0.5 * b + 0.6 * normal(random);
    const double ill = uniform(random) < 1 / (1 + std::exp(0.5 - a - 0.5 * b)) ? 1 : 0;
    const double rare = uniform(random) < 1 / (1 + std::exp(4 - a - 0.5 * b)) ? 1 : 0;
    std::poisson_distribution<int> count(std::exp(0.3 + 0.5 * a + 0.2 * b));
    const double values[] = {a, b, y, static_cast<double>(std::min(count(random), 12)), ill, rare};
    for (std::size_t c = 0; c < rows.columns.size(); ++c) rows.columns[c].values.push_back(values[c]);
  }
  return rows;
}

// Of 450 intervals of 95%, 427.5 on average; fewer than 404 (5 standard errors) by chance once in 3 million
// runs. Intervals that do not count the noise are the negative control.
TEST(NoisyRegression, CoversTheTruthAsOftenAsItSays) {
  const Truth truths[] = {
      {{"lm", "y ~ a + b", "t", {}}, {0.5, 1, -0.5}, 0.02},
      {{"glm", "ill ~ a + b", "t", {{"family", "binomial"}}}, {-0.5, 1, 0.5}, 0.012},
      {{"glm", "rare ~ a + b", "t", {{"family", "binomial"}}}, {-4, 1, 0.5}, 0.06, 5'000},
      {{"glm", "c ~ a + b", "t", {{"family", "poisson"}}}, {0.3, 0.5, 0.2}, 0.03},
  };
  for (const Truth& truth : truths) {
    SCOPED_TRACE(truth.call.formula);
    const auto noisy = MakeNoisyMethod(Methods(), truth.call, kDrawn, kLoose);
    const auto exact = MakeMethod(Methods(), truth.call, kDrawn, kLoose);
    ASSERT_TRUE(noisy && exact);
    std::mt19937_64 random(20260603);
    int covered = 0, without = 0;
    for (std::uint64_t i = 0; i < Runs(150); ++i) {
      const Rows rows = Drawn(truth.size, random);
      const auto fitted = FitNoisily(**noisy, {ByUnit(rows)}, {.rho = truth.rho, .seed = i});
      const auto plain = FitOver(**exact, {rows});
      ASSERT_TRUE(fitted && plain);
      for (std::size_t c = 0; c < 3; ++c) {
        const Row& row = fitted->rows[c];
        const double true_one = truth.coefficients[c];
        if (std::get<double>(row[5]) <= true_one && true_one <= std::get<double>(row[6])) ++covered;
        const double error = std::get<double>(plain->rows[c][2]);
        if (std::abs(std::get<double>(row[1]) - true_one) <= 1.96 * error) ++without;
      }
    }
    if (!kJudged) continue;
    EXPECT_GE(covered, 404);
    EXPECT_LE(covered, 446) << "intervals are wider than they need be";
    EXPECT_LT(without, 400) << "the control has no power: noise is too small to see";
  }
}

// 40 people and a third of epsilon 1: coefficients are what was thought of them before, give or take, with
// errors to match; they do not walk off.
TEST(NoisyRegression, StaysNearWhereNoiseTellsNothing) {
  const Call calls[] = {{"glm", "ill ~ a + b", "t", {{"family", "binomial"}}},
                        {"glm", "c ~ a + b", "t", {{"family", "poisson"}}}};
  for (const Call& call : calls) {
    const auto method = MakeNoisyMethod(Methods(), call, kDrawn, kLoose);
    ASSERT_TRUE(method);
    std::mt19937_64 random(7);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto fitted = FitNoisily(**method, {ByUnit(Drawn(40, random))}, {.rho = 0.003, .seed = seed});
      if (!fitted) {
        EXPECT_EQ(fitted.error().reason, "too_few_rows");
        continue;
      }
      EXPECT_GT(fitted->model["noise"]["pulled"], 0.3);
      for (const Row& row : fitted->rows) {
        EXPECT_LT(std::abs(std::get<double>(row[1])), 15) << ToText(row[0]);
        EXPECT_GT(std::get<double>(row[2]), 0.5) << ToText(row[0]);
      }
    }
  }
}

}  // namespace
}  // namespace concordat::learning
