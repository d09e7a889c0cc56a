#include "release/fixed_point.h"

#include <gtest/gtest.h>

#include <random>

namespace concordat::release {
namespace {

TEST(FixedPoint, ComesBackToTheNearestMultiple) {
  for (const double number :
       {0.0, 1.0, -1.0, 0.5, 0x1p-64, -0x1p-64, 1e15 + 0.125, kMostFixed, -kMostFixed}) {
    const auto fixed = ToFixed(number);
    ASSERT_TRUE(fixed) << number;
    EXPECT_EQ(FromFixed(*fixed), number);
  }
  EXPECT_EQ(*ToFixed(0x1p-66), 0);
  EXPECT_EQ(*ToFixed(0x1.8p-64), 2) << "ties go to the even one";
}

TEST(FixedPoint, TakesNothingThatSumsCannotHold) {
  const double above = std::nextafter(kMostFixed, INFINITY);
  for (const double number : {above, -above, 1e300, double{INFINITY}, double{-INFINITY}, std::nan("")})
    EXPECT_FALSE(ToFixed(number)) << number;
  // 255 members' largest stay within 128 bits.
  EXPECT_EQ(FromFixed(*ToFixed(kMostFixed) * 255), kMostFixed * 255);
  EXPECT_EQ(FromFixed(*ToFixed(-kMostFixed) * 255), -kMostFixed * 255);
}

// Adding up does not depend on who comes first, and is good to 2^-64 a member. Seeded; there is no alarm that
// chance could give, for the bound is certain.
TEST(FixedPoint, AddsUpAlikeInAnyOrder) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> wide(-1e6, 1e6);
  for (int round = 0; round < 1000; ++round) {
    Int128 forth = 0, back = 0;
    long double exact = 0;
    std::vector<double> numbers(16);
    for (double& number : numbers)
      number = wide(random) * std::ldexp(1.0, static_cast<int>(random() % 20) - 30);
    for (const double number : numbers) forth += *ToFixed(number);
    for (auto it = numbers.rbegin(); it != numbers.rend(); ++it) back += *ToFixed(*it);
    for (const double number : numbers) exact += number;
    EXPECT_EQ(forth, back);
    EXPECT_NEAR(FromFixed(forth), static_cast<double>(exact),
                std::abs(static_cast<double>(exact)) * 0x1p-50 + 0x1p-55);
  }
}

}  // namespace
}  // namespace concordat::release
