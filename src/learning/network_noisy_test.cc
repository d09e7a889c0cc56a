// Networks under noise: what a unit moves, what is learnt, what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/testing_fit.h"
#include "learning/testing_noisy.h"

namespace concordat::learning {
namespace {

using Options = std::map<std::string, Value>;

Outcome<std::unique_ptr<NoisyMethod>> Make(const char* formula, Options options) {
  return MakeNoisyMethod(
      {.method = "network", .formula = formula, .table = "people", .options = std::move(options)},
      PeopleSchema(), {});
}

Value Whole(int number) { return static_cast<std::int64_t>(number); }

// What drops follows from a row, not from its place: else removing a unit would move others' numbers.
TEST(NoisyNetworkNeighbours, MoveByNoMoreThanTheirSteps) {
  const Rows people = People(120, 1).front();
  for (const std::size_t rows_a_unit : {1, 3}) {
    const auto method = Make("split ~ age + cost + region",
                             {{"layers", "embedding(2) dense(6) dropout(0.3) relu dense(1) sigmoid"},
                              {"clip", 0.01},
                              {"sample", 1.0}});
    ASSERT_TRUE(method) << method.error().message;
    const UnitRows units = ByUnit(people, rows_a_unit);
    const Json state = (*method)->Start();
    constexpr std::uint64_t kSteps = 1 << 20;
    const auto all = IntegersOf(**method, units, state, kSteps);
    for (std::size_t unit = 0; unit < units.starts.size(); ++unit) {
      const auto rest = IntegersOf(**method, Without(units, unit), state, kSteps);
      Uint128 square = 0;
      for (std::size_t i = 0; i < all.size(); ++i)
        square += static_cast<Uint128>((all[i] - rest[i]) * (all[i] - rest[i]));
      ASSERT_LE(square, Uint128{kSteps} * kSteps) << "without unit " << unit;
      ASSERT_GT(square, Uint128{kSteps} * kSteps / 2);  // all are clipped
    }
  }
}

TEST(NoisyNetwork, AddsUpWhateverRowsStandBeside) {
  const auto method = Make("split ~ age + cost", {{"layers", "dense(6) tanh dense(1) sigmoid"}});
  const Json state = (*method)->Start();
  const auto sumOf = [&](std::size_t members) {
    std::vector<Int128> sum;
    for (const Rows& rows : People(600, members)) {
      const auto own = IntegersOf(**method, ByUnit(rows), state, 1 << 20);
      sum.resize(own.size());
      for (std::size_t i = 0; i < own.size(); ++i) sum[i] += own[i];
    }
    return sum;
  };
  EXPECT_EQ(sumOf(1), sumOf(4));
}

TEST(NoisyNetwork, LearnsUnderNoise) {
  const auto method = Make("split ~ age + cost", {{"layers", "dense(6) tanh dense(1) sigmoid"},
                                                  {"rounds", Whole(150)},
                                                  {"sample", 0.2},
                                                  {"learning_rate", 0.05}});
  ASSERT_TRUE(method);
  std::vector<UnitRows> members;
  for (const Rows& rows : People(2000, 3)) members.push_back(ByUnit(rows));
  const auto fitted = FitNoisily(**method, members, {.rho = 1});
  ASSERT_TRUE(fitted) << fitted.error().message;
  ASSERT_EQ(fitted->rows.size(), 1U);
  // Held against the rows by the exact form, at the weights that were found.
  const auto exact = MakeMethod({.method = "network",
                                 .formula = "split ~ age + cost",
                                 .table = "people",
                                 .options = {{"layers", "dense(6) tanh dense(1) sigmoid"}}},
                                PeopleSchema(), {});
  Json state = (*exact)->Start();
  state["weights"] = fitted->model["weights"];
  const auto sums = (*exact)->Add(People(2000, 1).front(), state);
  ASSERT_TRUE(sums);
  const double right = sums->numbers.back() / sums->numbers[sums->numbers.size() - 3];
  EXPECT_GT(right, 0.93);
}

TEST(NoisyNetwork, RefusesFewUnits) {
  const auto method =
      Make("split ~ age", {{"layers", "dense(1) sigmoid"}, {"rounds", Whole(4)}, {"sample", 1.0}});
  const auto fitOf = [&](std::size_t rows) {
    return FitNoisily(**method, {ByUnit(People(rows, 1).front())}, {.exact = true});
  };
  EXPECT_TRUE(fitOf(60));
  EXPECT_EQ(fitOf(40).error().reason, "too_few_rows");
}

TEST(NoisyNetwork, SaysWhatEachRoundCosts) {
  const auto method =
      Make("split ~ age", {{"layers", "dense(1) sigmoid"}, {"rounds", Whole(50)}, {"sample", 0.1}});
  const auto round = (*method)->Round((*method)->Start());
  ASSERT_TRUE(round);
  EXPECT_EQ(round->bound, 1);
  EXPECT_EQ(round->share, 1.0 / 50);
  EXPECT_EQ(round->sampled, 0.1);
}

TEST(NoisyNetwork, ChecksStatesAndCalls) {
  const auto method = Make("split ~ age", {{"layers", "dense(1) sigmoid"}});
  const Json start = (*method)->Start();
  for (const auto& [key, part] : start.items()) {
    for (const Json& other : {Json(), Json("AAAA"), Json(1e301), Json::array({1e301})}) {
      Json changed = start;
      changed[key] = other;
      EXPECT_FALSE((*method)->Length(changed));
      EXPECT_FALSE((*method)->Round(changed));
      EXPECT_FALSE((*method)->Add(ByUnit(People(5, 1).front()), changed, 1));
      EXPECT_EQ((*method)->Next(changed, {}, 1).error().reason, "state_invalid");
    }
  }
  EXPECT_EQ((*method)->Next(start, std::vector<double>(1), 1).error().reason, "state_invalid");
  EXPECT_EQ(Make("split ~ age", {{"layers", "dense(1) sigmoid"}, {"method", "fedavg"}}).error().reason,
            "option_invalid");
}

}  // namespace
}  // namespace concordat::learning
