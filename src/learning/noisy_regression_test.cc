// Linear and generalised linear models under noise: without noise they are the exact ones; with it their
// intervals hold what they say; and no unit moves a round by more than its steps.
#include "learning/noisy_regression.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

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
    double relative;
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
      call.options["rounds"] = std::int64_t{12};
    const auto method = MakeNoisyMethod(call, PeopleSchema(), kLoose);
    ASSERT_TRUE(method) << method.error().message;
    const auto noisy = FitNoisily(**method, Units(members), {.exact = true});
    ASSERT_TRUE(noisy) << noisy.error().message;
    ASSERT_EQ(noisy->rows.size(), exact->rows.size());
    for (std::size_t i = 0; i < exact->rows.size(); ++i) {
      const Row &found = noisy->rows[i], &expected = exact->rows[i];
      EXPECT_EQ(found[0], expected[0]);
      for (const std::size_t column : {1, 2})
        EXPECT_NEAR(std::get<double>(found[column]), std::get<double>(expected[column]),
                    c.relative * (std::abs(std::get<double>(expected[column])) +
                                  std::abs(std::get<double>(expected[2]))))
            << ToText(found[0]) << " " << column;
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
      {{"cox", "Surv(age, ill) ~ age", "t", {}}, "no_noisy_form"},
      {{"gml", "ill ~ age", "t", {}}, "unknown_method"},
  };
  for (const auto& c : cases) {
    const auto made = MakeNoisyMethod(c.call, schema, {});
    ASSERT_FALSE(made) << c.call.formula;
    EXPECT_EQ(made.error().reason, c.reason) << c.call.formula << ": " << made.error().message;
  }
}

}  // namespace
}  // namespace concordat::learning
