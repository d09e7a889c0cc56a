// Networks under noise: what a unit moves, what is learnt, what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/testing_fit.h"
#include "learning/testing_noisy.h"
#include "network/floats.h"
#include "network/saved.h"
#include "training/methods.h"

namespace concordat::training {
namespace {

using Options = std::map<std::string, Value>;

Outcome<std::unique_ptr<learning::NoisyMethod>> Make(const char* formula, Options options) {
  return MakeNoisyNetwork(
      {.method = "network", .formula = formula, .table = "people", .options = std::move(options)},
      learning::PeopleSchema(), {});
}

Value Whole(int number) { return static_cast<std::int64_t>(number); }

// A state that measures, and one that descends.
std::vector<Json> StatesOf(const learning::NoisyMethod& method, const std::vector<learning::Rows>& members) {
  std::vector<learning::UnitRows> units;
  for (const learning::Rows& rows : members) units.push_back(learning::ByUnit(rows));
  std::vector<Json> states;
  EXPECT_TRUE(learning::FitNoisily(method, units, {.rho = 1}, &states));
  return {states.front(), states.back()};
}

// What drops follows from a row, not from its place: else removing a unit would move others' numbers.
TEST(NoisyNetworkNeighbours, MoveByNoMoreThanTheirSteps) {
  const learning::Rows people = learning::People(120, 1).front();
  const auto method = Make("split ~ age + cost + region",
                           {{"layers", "embedding(2) dense(6) dropout(0.3) relu dense(1) sigmoid"},
                            {"clip", 0.01},
                            {"rounds", Whole(3)},
                            {"sample", 1.0}});
  ASSERT_TRUE(method) << method.error().message;
  for (const Json& state : StatesOf(**method, {people})) {
    const std::size_t moved = *(*method)->Length(state);
    for (const std::size_t rows_a_unit : {1, 3}) {
      SCOPED_TRACE(testing::Message() << moved << " numbers, rows of a unit: " << rows_a_unit);
      const learning::UnitRows units = learning::ByUnit(people, rows_a_unit);
      constexpr std::uint64_t kSteps = 1 << 20;
      const auto all = learning::IntegersOf(**method, units, state, kSteps);
      for (std::size_t unit = 0; unit < units.starts.size(); ++unit) {
        const auto rest = learning::IntegersOf(**method, learning::Without(units, unit), state, kSteps);
        Uint128 square = 0;
        for (std::size_t i = 0; i < all.size(); ++i)
          square += static_cast<Uint128>((all[i] - rest[i]) * (all[i] - rest[i]));
        ASSERT_LE(square, Uint128{kSteps} * kSteps) << "without unit " << unit;
        ASSERT_GT(square, Uint128{kSteps} * kSteps / 2);  // near the bound, or clipped
      }
    }
  }
}

TEST(NoisyNetwork, AddsUpWhateverRowsStandBeside) {
  const auto method =
      Make("split ~ age + cost",
           {{"layers", "dense(6) tanh dense(1) sigmoid"}, {"rounds", Whole(3)}, {"sample", 1.0}});
  for (const Json& state : StatesOf(**method, learning::People(200, 1))) {
    const auto sumOf = [&](std::size_t members) {
      std::vector<Int128> sum;
      for (const learning::Rows& rows : learning::People(600, members)) {
        const auto own = learning::IntegersOf(**method, learning::ByUnit(rows), state, 1 << 20);
        sum.resize(own.size());
        for (std::size_t i = 0; i < own.size(); ++i) sum[i] += own[i];
      }
      return sum;
    };
    EXPECT_EQ(sumOf(1), sumOf(4));
  }
}

// Of all people, by the model as it is kept: matrix by matrix of the formula's columns.
double ShareRight(const Json& model, const std::vector<std::size_t>& columns, const learning::Rows& people) {
  const auto saved = network::ReadSaved(model);
  EXPECT_TRUE(saved) << saved.error().message;
  const auto size = static_cast<Eigen::Index>(people.size());
  network::Lanes matrix(static_cast<Eigen::Index>(columns.size()), size);
  for (std::size_t j = 0; j < columns.size(); ++j)
    for (Eigen::Index i = 0; i < size; ++i)
      matrix(static_cast<Eigen::Index>(j), i) =
          people.columns[columns[j]].values[static_cast<std::size_t>(i)];
  const network::Lanes told = network::Predict(*saved, matrix);
  double right = 0;
  for (Eigen::Index i = 0; i < size; ++i)
    right += (told(0, i) > 0.5) == (people.columns.back().values[static_cast<std::size_t>(i)] > 0.5) ? 1 : 0;
  return right / static_cast<double>(size);
}

// With the settings that nobody chose; where ranges are declared a hundred times too wide too, which the
// first rounds find out.
TEST(NoisyNetwork, LearnsUnderNoise) {
  for (const double wider : {1.0, 100.0}) {
    SCOPED_TRACE(wider);
    learning::Schema schema = learning::PeopleSchema();
    for (const std::size_t column : {0, 1}) schema[column].range->second *= wider;
    const auto method = MakeNoisyNetwork({.method = "network",
                                          .formula = "split ~ age + cost",
                                          .table = "people",
                                          .options = {{"layers", "dense(6) tanh dense(1) sigmoid"}}},
                                         schema, {});
    ASSERT_TRUE(method);
    std::vector<learning::UnitRows> members;
    for (const learning::Rows& rows : learning::People(4000, 3)) members.push_back(learning::ByUnit(rows));
    const auto fitted = learning::FitNoisily(**method, members, {.rho = 1});
    ASSERT_TRUE(fitted) << fitted.error().message;
    ASSERT_EQ(fitted->rows.size(), 1U);
    EXPECT_GT(ShareRight(fitted->model, {0, 1}, learning::People(2000, 1).front()), 0.93);
  }
}

TEST(NoisyNetwork, LearnsNumbersInTheirOwnUnits) {
  const auto method = Make("twice ~ age + sex", {{"layers", "dense(1)"}});
  ASSERT_TRUE(method);
  const auto fitted =
      learning::FitNoisily(**method, {learning::ByUnit(learning::People(4000, 1).front())}, {.rho = 10});
  ASSERT_TRUE(fitted) << fitted.error().message;
  const auto saved = network::ReadSaved(fitted->model);
  ASSERT_TRUE(saved);
  for (const double age : {30.0, 50.0, 70.0})
    EXPECT_NEAR(network::Predict(*saved, network::Lanes{{age}, {1}})(0, 0), 2 * age, 6) << age;
}

TEST(NoisyNetwork, RefusesFewUnits) {
  const auto method =
      Make("split ~ age", {{"layers", "dense(1) sigmoid"}, {"rounds", Whole(4)}, {"sample", 1.0}});
  const auto fitOf = [&](std::size_t rows) {
    return learning::FitNoisily(**method, {learning::ByUnit(learning::People(rows, 1).front())},
                                {.exact = true});
  };
  EXPECT_TRUE(fitOf(60));
  EXPECT_EQ(fitOf(40).error().reason, "too_few_rows");
}

// Rounds that measure cost what others do; where there is no column of numbers there are none.
TEST(NoisyNetwork, SaysWhatEachRoundCosts) {
  const struct {
    const char* formula;
    int rounds;
    double bound;
    std::size_t length;
  } cases[] = {
      {"split ~ age", 50, std::sqrt(2), 3},
      {"split ~ age + cost + sex", 50, std::sqrt(3), 5},
      {"split ~ age", 1, 2, 3},
      {"split ~ sex + region", 50, 2, 5},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.formula);
    const auto method =
        Make(c.formula, {{"layers", "dense(1) sigmoid"}, {"rounds", Whole(c.rounds)}, {"sample", 0.1}});
    const auto round = (*method)->Round((*method)->Start());
    ASSERT_TRUE(round);
    EXPECT_EQ(round->bound, c.bound);
    EXPECT_EQ(round->share, 1.0 / c.rounds);
    EXPECT_EQ(round->sampled, 0.1);
    EXPECT_EQ(*(*method)->Length((*method)->Start()), c.length);
  }
}

TEST(NoisyNetwork, DeclinesScalesThatWereNotMeasured) {
  const auto method =
      Make("split ~ age", {{"layers", "dense(1) sigmoid"}, {"rounds", Whole(3)}, {"sample", 1.0}});
  Json state = StatesOf(**method, {learning::People(200, 1).front()}).back();
  EXPECT_TRUE((*method)->Length(state));
  for (const Eigen::VectorXd& measured :
       {Eigen::VectorXd{{200, 1.1, 0.5}}, Eigen::VectorXd{{200, 0, 0}}, Eigen::VectorXd{{200, 0, 1.5}}}) {
    state["measured"] = network::ToFloats(measured);
    EXPECT_FALSE((*method)->Length(state)) << measured.transpose();
  }
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
      EXPECT_FALSE((*method)->Add(learning::ByUnit(learning::People(5, 1).front()), changed, 1));
      EXPECT_EQ((*method)->Next(changed, {}, 1).error().reason, "state_invalid");
    }
  }
  EXPECT_EQ((*method)->Next(start, std::vector<double>(1), 1).error().reason, "state_invalid");
  EXPECT_EQ(Make("split ~ age", {{"layers", "dense(1) sigmoid"}, {"method", "fedavg"}}).error().reason,
            "option_invalid");
}

}  // namespace
}  // namespace concordat::training
