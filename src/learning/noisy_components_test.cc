// Components and clusters under noise: the exact ones where there is none, bounds by unit, and what noise
// costs.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "learning/methods.h"
#include "learning/testing_bounds.h"
#include "learning/testing_members.h"
#include "learning/testing_noisy.h"

namespace concordat::learning {
namespace {

const Schema kSchema = {{.name = "a", .range = {{-10, 10}}},
                        {.name = "b", .range = {{0, 100}}},
                        {.name = "c", .range = {{-4, 6}}},
                        {.name = "free"}};
constexpr Rules kLoose{.minimum_rows = 1, .minimum_cell = 1, .parameters_share = 1};
constexpr double kRho = 0.028;  // epsilon 1 at delta 1e-6

// Three clouds along a line of a and b.
Rows Draw(std::size_t size, std::mt19937_64& random) {
  Rows rows;
  for (const Field& field : kSchema) rows.columns.push_back({.name = field.name, .values = {}});
  std::normal_distribution<double> draw;
  for (std::size_t i = 0; i < size; ++i) {
    const double cloud = static_cast<double>(i % 3) - 1;
    const double values[] = {5 * cloud + 0.7 * draw(random), 50 + 25 * cloud + 4 * draw(random),
                             1 + 0.5 * draw(random), draw(random)};
    for (std::size_t c = 0; c < rows.columns.size(); ++c) rows.columns[c].values.push_back(values[c]);
  }
  return rows;
}

Call Asked(const char* method, const char* formula, std::map<std::string, Value> options) {
  return {.method = method, .formula = formula, .table = "people", .options = std::move(options)};
}

std::vector<double> NumbersOf(const Fitted& fitted) {
  std::vector<double> numbers;
  for (const Row& row : fitted.rows)
    for (const Value& value : row) {
      if (const auto* number = std::get_if<double>(&value)) numbers.push_back(*number);
      if (const auto* whole = std::get_if<std::int64_t>(&value))
        numbers.push_back(static_cast<double>(*whole));
    }
  return numbers;
}

std::vector<UnitRows> Members(const Rows& rows) {
  std::vector<UnitRows> members;
  for (Rows& part : Deal(rows, 3)) members.push_back(ByUnit(std::move(part)));
  return members;
}

TEST(NoisyComponents, AreTheExactOnesWithoutNoise) {
  std::mt19937_64 random(1);
  const Rows rows = Draw(600, random);
  const struct {
    Call exact;
    std::map<std::string, Value> more;
  } cases[] = {
      {Asked("pca", "~ a + b + c", {}), {{"clip", Value(100.0)}}},
      {Asked("pca", "~ a + b + I(c^2)", {{"scale", Value(true)}, {"components", Value(std::int64_t{2})}}),
       {{"clip", Value(100.0)}}},
      {Asked("kmeans", "~ a + b", {{"k", Value(std::int64_t{3})}}), {{"rounds", Value(std::int64_t{40})}}},
      {Asked("kmeans", "~ a + b + c", {{"k", Value(std::int64_t{2})}, {"scale", Value(true)}}),
       {{"rounds", Value(std::int64_t{40})}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.exact.method + c.exact.formula);
    Call noisy = c.exact;
    noisy.options.insert(c.more.begin(), c.more.end());
    const auto wanted = FitOver(**MakeMethod(Methods(), c.exact, kSchema, kLoose), {rows});
    ASSERT_TRUE(wanted) << wanted.error().message;
    const auto found =
        FitNoisily(**MakeNoisyMethod(Methods(), noisy, kSchema, kLoose), Members(rows), {.exact = true});
    ASSERT_TRUE(found) << found.error().message;
    const std::vector<double> ours = NumbersOf(*found), theirs = NumbersOf(*wanted);
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i)
      EXPECT_NEAR(ours[i], theirs[i], 1e-5 * std::max(1.0, std::abs(theirs[i]))) << i;
  }
}

// Every round of fits without noise, units of one row and of many, values far outside of their ranges.
TEST(NoisyComponents, MoveByTheirStepsAtMost) {
  std::mt19937_64 random(2);
  Rows rows = Draw(60, random);
  rows.columns[0].values[3] = 1e300;
  rows.columns[1].values[7] = -1e300;
  rows.columns[2].values[9] = NAN;
  for (const char* name : {"pca", "kmeans"}) {
    const auto method = *MakeNoisyMethod(Methods(), Asked(name, "~ a + b + c", {}), kSchema, kLoose);
    std::vector<Json> states;
    ASSERT_TRUE(FitNoisily(*method, {ByUnit(rows)}, {.exact = true}, &states));
    EXPECT_NEAR(SharesOf(*method, states), 1, 1e-12);
    for (const Json& state : states) {
      SCOPED_TRACE(name + state.dump());
      for (const std::size_t rows_a_unit : {1, 13})
        for (const std::uint64_t steps : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 31})
          EXPECT_LE(MostMoved(*method, ByUnit(rows, rows_a_unit), state, steps), 1 + 1e-12);
    }
    EXPECT_GT(MostMoved(*method, ByUnit(rows), states.front(), 1U << 20), 0.5);
  }
}

// What a state says of means and scales is the asking node's word: no such word loosens the bound.
TEST(NoisyComponents, MoveByTheirStepsAtAnyState) {
  std::mt19937_64 random(3);
  const UnitRows rows = ByUnit(Draw(40, random));
  const auto pca = *MakeNoisyMethod(Methods(), Asked("pca", "~ a + b", {}), kSchema, kLoose);
  const auto state =
      Json::parse(R"({"round": 1, "rows": 40, "noise": 0, "mean": [1, -1], "deviation": [1e-6, 2]})");
  EXPECT_LE(MostMoved(*pca, rows, state, 1000), 1 + 1e-12);
}

// Degrees between the first components of two tables.
double Turned(const Fitted& a, const Fitted& b) {
  double cosine = 0;
  for (std::size_t j = 0; j < 3; ++j)
    cosine += std::get<double>(a.rows[j][4]) * std::get<double>(b.rows[j][4]);
  return std::acos(std::min(1.0, std::abs(cosine))) * 180 / std::acos(-1.0);
}

// The farthest centre's distance along a from where clouds are.
double Apart(const Fitted& fitted) {
  double apart = fitted.rows.size() == 6 ? 0 : 5;
  for (std::size_t k = 0; k < fitted.rows.size(); k += 2) {
    const double centre = std::get<double>(fitted.rows[k][4]);
    apart = std::max(apart, std::min({std::abs(centre + 5), std::abs(centre), std::abs(centre - 5)}));
  }
  return apart;
}

struct Near {
  int components = 0, clusters = 0;
};

// How many of 50 fits at epsilon 1 turn by less than 10 degrees, and have centres within 0.5 of clouds.
Near CountNear(std::size_t size, std::mt19937_64& random) {
  const auto pca =
      *MakeNoisyMethod(Methods(), Asked("pca", "~ a + b + c", {{"scale", Value(true)}}), kSchema, {});
  const auto kmeans =
      *MakeNoisyMethod(Methods(), Asked("kmeans", "~ a + b", {{"k", Value(std::int64_t{3})}}), kSchema, {});
  const UnitRows rows = ByUnit(Draw(size, random));
  const auto exact = FitNoisily(*pca, {rows}, {.exact = true});
  Near near;
  for (int run = 0; run < 50; ++run) {
    const TestNoise noise{.rho = kRho, .seed = random()};
    if (const auto fitted = FitNoisily(*pca, {rows}, noise)) near.components += Turned(*fitted, *exact) < 10;
    if (const auto fitted = FitNoisily(*kmeans, {rows}, noise)) near.clusters += Apart(*fitted) < 0.5;
  }
  return near;
}

TEST(NoisyComponents, AreNearTheExactOnesOfManyRows) {
  std::mt19937_64 random(20240613);
  const Near many = CountNear(3000, random);
  EXPECT_GE(many.components, 45);
  EXPECT_GE(many.clusters, 45);
  // The control: of few rows noise leaves nothing.
  const Near few = CountNear(60, random);
  EXPECT_LE(few.components, 25);
  EXPECT_LE(few.clusters, 25);
}

TEST(NoisyComponents, RefuseByName) {
  for (const auto& [call, reason] : std::vector<std::pair<Call, std::string>>{
           {Asked("pca", "~ a + free", {}), "range_needed"},
           {Asked("kmeans", "~ a + free", {}), "range_needed"},
           {Asked("pca", "~ a + log(c)", {}), "range_needed"},
           {Asked("pca", "a ~ b", {}), "columns_needed"},
           {Asked("pca", "~ a + b", {{"clip", Value(0.1)}}), "option_invalid"},
           {Asked("kmeans", "~ a + b", {{"max_rounds", Value(2.0)}}), "unknown_option"}}) {
    const auto made = MakeNoisyMethod(Methods(), call, kSchema, {});
    ASSERT_FALSE(made) << call.formula;
    EXPECT_EQ(made.error().reason, reason);
  }
  std::mt19937_64 random(4);
  const UnitRows few = ByUnit(Draw(9, random));
  for (const char* name : {"pca", "kmeans"}) {
    const auto method = *MakeNoisyMethod(Methods(), Asked(name, "~ a + b", {}), kSchema, kLoose);
    const auto strict = *MakeNoisyMethod(Methods(), Asked(name, "~ a + b", {}), kSchema, {});
    EXPECT_FALSE(FitNoisily(*strict, {few}, {.exact = true}));  // fewer than the agreement's minimum
    std::vector<Json> states;
    EXPECT_EQ(FitNoisily(*method, {few}, {.rho = 1e-4, .seed = random()}).error().reason, "noise_too_large");
    ASSERT_TRUE(FitNoisily(*method, {ByUnit(Draw(100, random))}, {.exact = true}, &states));
    for (const Json& state : states) {
      for (const auto& [key, part] : state.items()) {
        for (const Json& other : {Json(nullptr), Json("x"), Json(-1e301), Json(1e301), Json::array({3})}) {
          Json changed = state;
          changed[key] = other;
          EXPECT_FALSE(method->Add(few, changed, 10)) << changed;
          EXPECT_FALSE(method->Round(changed)) << changed;
          EXPECT_EQ(method->Next(changed, {}, 1).error().reason, "state_invalid") << changed;
        }
      }
      EXPECT_EQ(method->Next(state, {}, 1).error().reason, "state_invalid");
    }
  }
}

}  // namespace
}  // namespace concordat::learning
