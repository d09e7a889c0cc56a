// Three sums of a cell in one integer: at the extremes of what a row and what all members may add up to.
#include "boosting/grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace concordat::boosting {
namespace {

using Kind = Objective::Kind;

Boost Asked(Kind kind, double low, double high) {
  Boost boost{.call = {}, .columns = {}, .rules = {}};
  boost.objective = {.kind = kind, .max_delta_step = kind == Kind::kCount ? 0.7 : 0};
  boost.columns.response_range = {low, high};
  return boost;
}

struct Case {
  const char* name;
  Boost boost;
  std::int64_t rows;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const std::int64_t rows :
       {std::int64_t{1}, std::int64_t{255}, std::int64_t{26'048}, std::int64_t{1} << 20,
        (std::int64_t{1} << 24) - 1, (std::int64_t{1} << 31) - 1}) {
    cases.push_back({"binary", Asked(Kind::kBinary, 0, 1), rows});
    cases.push_back({"regression", Asked(Kind::kRegression, -40, 3), rows});
    cases.push_back({"tiny", Asked(Kind::kRegression, 0, 1e-7), rows});
    cases.push_back({"vast", Asked(Kind::kRegression, 0, 1e13), rows});
    cases.push_back({"count", Asked(Kind::kCount, 0, 90), rows});
  }
  return cases;
}

// The largest and least that a row may have, in every row of every member: totals stay in their slots.
TEST(BoostGrid, HoldsWhatAllRowsTogetherCanComeTo) {
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.name + std::to_string(c.rows));
    const BoostGrid grid = GridOf(c.boost, c.rows);
    const Slots& slots = grid.slots();
    ASSERT_EQ(slots.size(), 3U);
    EXPECT_LE(slots[0].bits + slots[1].bits + slots[2].bits, 128);
    const int r = slots[2].bits - 1;
    const double gradient = std::ldexp(slots[0].unit, slots[0].bits - r - 1);
    const double hessian = std::ldexp(slots[1].unit, slots[1].bits - r - 1);
    for (const double sign : {1.0, -1.0}) {
      for (const double second : {hessian, 0.0}) {
        const auto row = grid.Packed({sign * gradient, second});
        ASSERT_TRUE(row);
        const std::vector<Int128> all = {static_cast<Int128>(*row * static_cast<Uint128>(c.rows))};
        const auto total = FromIntegers(slots, all);
        const auto rows = static_cast<double>(c.rows);
        EXPECT_EQ(total, (std::vector<double>{sign * gradient * rows, second * rows, rows}));
        EXPECT_EQ(*ToIntegers(slots, total), all);
      }
    }
    EXPECT_FALSE(grid.Packed({std::nextafter(gradient, INFINITY) + slots[0].unit, 0}));
    EXPECT_FALSE(grid.Packed({0, hessian + slots[1].unit}));
    EXPECT_FALSE(grid.Packed({0, -slots[1].unit}));
    for (const double none : {double{NAN}, double{INFINITY}, double{-INFINITY}}) {
      EXPECT_FALSE(grid.Packed({none, 0}));
      EXPECT_FALSE(grid.Packed({0, none}));
    }
  }
}

// A row's own extremes: a probability's gradient is as large as 1, and a number may overshoot.
TEST(BoostGrid, HoldsWhatRowsHave) {
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.name + std::to_string(c.rows));
    const auto [low, high] = c.boost.columns.response_range;
    const BoostGrid grid = GridOf(c.boost, c.rows);
    const bool binary = c.boost.objective.kind == Kind::kBinary,
               count = c.boost.objective.kind == Kind::kCount;
    for (const double margin : {-700.0, 0.0, 700.0}) {
      if (!binary) continue;
      EXPECT_TRUE(grid.Packed(GradientOf(c.boost.objective, margin, low)));
      EXPECT_TRUE(grid.Packed(GradientOf(c.boost.objective, margin, high)));
    }
    const double margin = count ? std::log(8 * high) : high + 8 * (high - low);
    if (!binary) EXPECT_TRUE(grid.Packed(GradientOf(c.boost.objective, margin, low)));
  }
}

// Fine enough for people: what rounding a gradient moves, against the largest response.
TEST(BoostGrid, IsFineUntilRowsAreVeryMany) {
  EXPECT_EQ(GridOf(Asked(Kind::kBinary, 0, 1), 26'048).slots()[0].unit, 0x1p-30);
  EXPECT_EQ(GridOf(Asked(Kind::kBinary, 0, 1), 1'000'000).slots()[0].unit, 0x1p-30);
  EXPECT_EQ(GridOf(Asked(Kind::kRegression, 0, 1), 26'048).slots()[0].unit, 0x1p-30);
  EXPECT_LE(GridOf(Asked(Kind::kBinary, 0, 1), (std::int64_t{1} << 31) - 1).slots()[0].unit, 0x1p-16);
  EXPECT_LE(GridOf(Asked(Kind::kCount, 0, 1), 1'000'000).slots()[0].unit, 0x1p-20);
}

}  // namespace
}  // namespace concordat::boosting
