#include "aggregation/limbs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/testing_random.h"

namespace concordat::aggregation {
namespace {

constexpr Int128 kMost = static_cast<Int128>(~Uint128{0} >> 1);

std::vector<Int128> JoinedSum(Width width, const std::vector<Int128>& numbers, RandomSource& random) {
  std::vector<std::uint64_t> sums(SlotsOf(width, 1));
  for (const Int128 number : numbers) {
    const auto slots = Split(width, {&number, 1}, numbers.size(), random);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += slots[i];
  }
  return Join(width, sums);
}

// At the edges of the width, with as many parties as there may be, with all random bits set and with none.
TEST(Limbs, SumExactlyAtEveryEdge) {
  const Int128 edges[] = {0,
                          1,
                          -1,
                          kMost,
                          -kMost - 1,
                          0xffff,
                          0x10000,
                          -0x10000,
                          Int128{1} << 63,
                          -(Int128{1} << 63),
                          (Int128{1} << 64) - 1,
                          Int128{1} << 64,
                          kMost / 3};
  SeededRandom drawn(1);
  ConstantRandom none(0), all(0xff);
  RandomSource* sources[] = {&drawn, &none, &all};
  for (const std::size_t parties : {1U, 2U, 3U, 4U, 5U, 31U, 64U, 65U, 127U, 128U}) {
    for (const Int128 edge : edges) {
      for (RandomSource* random : sources) {
        const std::vector<Int128> same(parties, edge);
        const auto sum = static_cast<Int128>(static_cast<Uint128>(edge) * parties);
        EXPECT_EQ(JoinedSum(Width::k128, same, *random).front(), sum)
            << parties << " times " << ToString(edge);
      }
    }
  }
}

TEST(Limbs, SumExactlyWhateverTheNumbers) {
  SeededRandom random(2);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Int128> numbers(1 + random.NextU64() % 128);
    Uint128 sum = 0;
    for (Int128& number : numbers) {
      number =
          static_cast<Int128>((Uint128{random.NextU64()} << 64 | random.NextU64()) >> random.NextU64() % 128);
      sum += static_cast<Uint128>(number);
    }
    EXPECT_EQ(JoinedSum(Width::k128, numbers, random).front(), static_cast<Int128>(sum));
  }
}

TEST(Limbs, OfNarrowNumbersAreTheNumbers) {
  SeededRandom random(3);
  const Int128 numbers[] = {-1, 5, std::numeric_limits<std::int64_t>::min()};
  const auto slots = Split(Width::k64, numbers, 2, random);
  EXPECT_EQ(slots, (std::vector<std::uint64_t>{~std::uint64_t{0}, 5, std::uint64_t{1} << 63}));
  EXPECT_EQ(Join(Width::k64, slots), std::vector<Int128>(std::begin(numbers), std::end(numbers)));
}

TEST(Limbs, HaveRoomForTheirRandomBits) {
  for (std::size_t parties = 1; parties <= kMostParties; ++parties) {
    const int bits = RandomBits(parties);
    EXPECT_GE(bits, 40);
    // Sums stay below 2^63: that many times 2^(16 + bits) at most.
    EXPECT_LE(Uint128{parties} << (kLimbBits + bits), Uint128{1} << 63);
  }
}

// The high bytes of a limb's sum where two parties' numbers do carry and where they do not, the sum being the
// same: what a receiver could tell apart. Two-sample chi-square over 256 bins; false alarms below 1e-6 by
// Laurent and Massart's bound (x = 14).
double Apart(const std::vector<Int128>& one, const std::vector<Int128>& other, RandomSource& random) {
  constexpr int kRounds = 40000;
  std::array<double, 256> a{}, b{};
  for (int round = 0; round < kRounds; ++round) {
    for (auto* counts : {&a, &b}) {
      std::uint64_t sum = 0;
      for (const Int128 number : counts == &a ? one : other)
        sum += Split(Width::k128, {&number, 1}, 2, random)[0];
      ++(*counts)[sum >> kLimbBits & 0xff];
    }
  }
  double statistic = 0;
  for (int i = 0; i < 256; ++i) {
    const double both = a[i] + b[i];
    if (both > 0) statistic += (a[i] - b[i]) * (a[i] - b[i]) / both;
  }
  return statistic;
}

TEST(Limbs, HideWhatTheirSumsCarry) {
  constexpr double kFarthest = 255 + 2 * 59.75 + 28;
  const std::vector<Int128> carry = {0xffff, 0xffff}, none = {0x1fffe, 0};
  SeededRandom random(20261127);
  EXPECT_LT(Apart(carry, none, random), kFarthest);
  ConstantRandom left_out(0);  // limbs without their random bits show the carry
  EXPECT_GT(Apart(carry, none, left_out), kFarthest);
}

}  // namespace
}  // namespace concordat::aggregation
