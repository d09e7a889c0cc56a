#include "learning/clip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace concordat::learning {
namespace {

using Eigen::VectorXd;

std::vector<std::int64_t> Whole(const VectorXd& numbers, const Clip& clip) {
  ClippedSum sum(static_cast<std::size_t>(numbers.size()), clip);
  sum.Add(numbers);
  std::vector<std::int64_t> whole;
  for (const Int128 each : sum.Take()) whole.push_back(static_cast<std::int64_t>(each));
  return whole;
}

long double Norm(const std::vector<std::int64_t>& whole) {
  long double squares = 0;
  for (const std::int64_t each : whole) squares += static_cast<long double>(each) * each;
  return std::sqrt(squares);
}

TEST(ClippedSum, MakesNumbersWhole) {
  const struct {
    const char* name;
    std::vector<double> numbers;
    Clip clip;
    std::vector<std::int64_t> whole;
  } cases[] = {
      {"within the bound: to the nearest", {0.31, -0.49}, {1, 100}, {31, -49}},
      {"at the bound", {1, 0}, {1, 100}, {100, 0}},
      {"past it: pulled in", {30, -40}, {1, 1000}, {600, -800}},
      {"far past it", {1e300, -1e300}, {1, 1000}, {707, -707}},
      {"nothing", {0, 0}, {1, 100}, {0, 0}},
      {"too small to see", {1e-320, -1e-310}, {1, 100}, {0, 0}},
      {"not a number", {NAN, 0.5}, {1, 100}, {0, 0}},
      {"infinite", {0.5, -INFINITY}, {1, 100}, {0, 0}},
      {"no steps", {0.5, 0.5}, {1, 0}, {0, 0}},
      {"too long when rounded up: toward zero", {0.76, 0.66}, {1, 10}, {7, 6}},
  };
  for (const auto& c : cases) {
    const VectorXd numbers =
        Eigen::Map<const VectorXd>(c.numbers.data(), static_cast<Eigen::Index>(c.numbers.size()));
    EXPECT_EQ(Whole(numbers, c.clip), c.whole) << c.name;
  }
}

// Of every length and size, and around the edge of the bound.
TEST(ClippedSum, KeepsEveryUnitWithinItsSteps) {
  std::mt19937_64 random(20260601);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform(-1, 1);
  int near = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Clip clip{std::exp(20 * uniform(random)), std::uint64_t{1} << (i % 33)};
    VectorXd numbers(1 + i % 50);
    for (double& number : numbers) number = normal(random);
    numbers *= clip.bound / numbers.norm() * (i % 3 == 0 ? 1 : std::exp(3 * uniform(random)));
    const auto whole = Whole(numbers, clip);
    EXPECT_LE(Norm(whole), static_cast<long double>(clip.steps)) << i;
    if (Norm(whole) > 0.99L * static_cast<long double>(clip.steps)) ++near;
  }
  EXPECT_GT(near, 2'000);  // the bound is made use of
}

TEST(ClippedSum, AddsUnitsUpWhateverTheirOrder) {
  ClippedSum forth(2, {1, 1 << 20}), back(2, {1, 1 << 20});
  std::vector<VectorXd> units;
  for (int i = 0; i < 100; ++i) units.push_back(Eigen::Vector2d(std::sin(i), 3 * std::cos(i)));
  for (const VectorXd& unit : units) forth.Add(unit);
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) back.Add(*unit);
  const auto sum = forth.Take();
  EXPECT_EQ(sum, back.Take());
  EXPECT_THAT(forth.Take(), testing::Each(Int128{0}));
}

TEST(ForEachUnit, FindsRowsThatWereKept) {
  const std::vector<std::size_t> starts = {0, 2, 3, 7};
  const struct {
    std::vector<std::size_t> kept;
    std::vector<std::pair<std::size_t, std::size_t>> units;
  } cases[] = {
      {{0, 1, 2, 3, 4, 5, 6, 7, 8}, {{0, 2}, {2, 3}, {3, 7}, {7, 9}}},
      {{1, 4, 6}, {{0, 1}, {1, 3}}},
      {{8}, {{0, 1}}},
      {{}, {}},
  };
  for (const auto& c : cases) {
    std::vector<std::pair<std::size_t, std::size_t>> units;
    ForEachUnit(starts, c.kept,
                [&](std::size_t first, std::size_t last) { units.emplace_back(first, last); });
    EXPECT_EQ(units, c.units);
  }
}

}  // namespace
}  // namespace concordat::learning
