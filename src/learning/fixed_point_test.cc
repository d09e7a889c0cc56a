#include "learning/fixed_point.h"

#include <gtest/gtest.h>

#include <random>

namespace concordat::learning {
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

// Numbers side by side come back from a total, negative ones too, however many members add them up.
TEST(FixedPoint, KeepsSlotsApart) {
  std::mt19937_64 random(5);
  const Slots slots = {{0x1p-30, 46}, {0x1p-3, 44}, {1, 17}};
  for (const int members : {1, 2, 16, 255}) {
    Uint128 sum = 0;
    std::vector<double> expected(3, 0);
    for (int member = 0; member < members; ++member) {
      std::vector<double> numbers;
      for (const Slot& slot : slots) {
        const auto most = (std::int64_t{1} << (slot.bits - 1)) / members - 1;
        const auto drawn = static_cast<std::int64_t>(random() % 5);
        const std::int64_t multiple = drawn == 0   ? most
                                      : drawn == 1 ? -most
                                      : drawn == 2 ? -1
                                                   : static_cast<std::int64_t>(random()) % most;
        numbers.push_back(static_cast<double>(multiple) * slot.unit);
      }
      const auto integers = ToIntegers(slots, numbers);
      ASSERT_TRUE(integers && integers->size() == 1);
      sum += static_cast<Uint128>((*integers)[0]);
      for (std::size_t i = 0; i < 3; ++i) expected[i] += numbers[i];
    }
    EXPECT_EQ(FromIntegers(slots, std::vector{static_cast<Int128>(sum)}), expected) << members;
  }
}

TEST(FixedPoint, RefusesWhatSpillsIntoTheNextSlot) {
  const Slots slots = {{0.5, 10}, {1, 54}, {1, 64}};
  const struct {
    std::vector<double> numbers;
    bool fits;
  } cases[] = {{{255.5, 0, 0}, true},      {{256, 0, 0}, false},    {{-255.5, -1, -1}, true},
               {{-256, 0, 0}, false},      {{0.25, 0, 0}, false},   {{0, 0.5, 0}, false},
               {{0, 0x1p53 - 1, 0}, true}, {{0, 0x1p53, 0}, false}, {{0, 0, 0x1p62}, true},
               {{0, 0, 0x1p63}, false},    {{NAN, 0, 0}, false},    {{0, INFINITY, 0}, false},
               {{0, -INFINITY, 0}, false}, {{0, 0, -0x1p63}, false}};
  for (const auto& c : cases) {
    const auto integers = ToIntegers(slots, c.numbers);
    ASSERT_EQ(integers.has_value(), c.fits) << c.numbers[0] << " " << c.numbers[1] << " " << c.numbers[2];
    if (c.fits) EXPECT_EQ(FromIntegers(slots, *integers), c.numbers);
  }
}

// A member may send anything: what comes of it lies within the slots, and may be packed again.
TEST(FixedPoint, MakesNumbersOfAnyTotal) {
  const Slots slots = {{1, 2}, {1, 62}, {1, 64}};
  std::mt19937_64 random(7);
  for (int round = 0; round < 10'000; ++round) {
    const Uint128 any = Uint128{random()} << 64 | random();
    const auto numbers = FromIntegers(slots, std::vector{static_cast<Int128>(any)});
    ASSERT_EQ(numbers.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_LE(std::abs(numbers[i]), std::ldexp(1.0, slots[i].bits - 1));
  }
  for (const Int128 end : {static_cast<Int128>(Uint128{1} << 127), static_cast<Int128>(~Uint128{0} >> 1)})
    EXPECT_EQ(FromIntegers(slots, std::vector{end}).size(), 3U);
}

}  // namespace
}  // namespace concordat::learning
