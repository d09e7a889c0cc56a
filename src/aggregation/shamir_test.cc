#include "aggregation/shamir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/bytes.h"
#include "base/testing_random.h"

namespace concordat::aggregation {
namespace {

std::vector<std::uint8_t> PointsTo(std::size_t count) {
  std::vector<std::uint8_t> points(count);
  std::iota(points.begin(), points.end(), std::uint8_t{1});
  return points;
}

crypto::Secret32 SeedOf(RandomSource& random) {
  crypto::Secret32 seed;
  random.Fill(seed);
  return seed;
}

// By the definition: polynomials over GF(2), modulo x^8 + x^4 + x^3 + x + 1.
std::uint8_t ProductByDefinition(unsigned a, unsigned b) {
  unsigned product = 0;
  for (int bit = 0; bit < 8; ++bit) product ^= (b >> bit & 1) * (a << bit);
  for (int bit = 14; bit >= 8; --bit) product ^= (product >> bit & 1) * (0x11bU << (bit - 8));
  return static_cast<std::uint8_t>(product);
}

// A line through the seed has the value seed + coefficient x point.
TEST(Shamir, MultipliesAsItsFieldIsDefined) {
  EXPECT_EQ(ProductByDefinition(0x57, 0x83), 0xc1);  // FIPS 197, section 4.2
  for (unsigned factor = 0; factor < 256; ++factor) {
    ConstantRandom random(static_cast<std::uint8_t>(factor));
    std::vector<std::uint8_t> points = PointsTo(255);
    const auto shares = Deal({}, points, 2, random);
    for (const Share& share : shares) {
      const std::uint8_t expected = ProductByDefinition(factor, share.point);
      ASSERT_TRUE(std::ranges::all_of(std::span<const std::uint8_t>(share.value),
                                      [&](std::uint8_t byte) { return byte == expected; }))
          << factor << " x " << int{share.point};
    }
  }
}

TEST(Shamir, GivesTheSeedBackFromAnyThresholdAndNoFewer) {
  SeededRandom random(7);
  for (std::size_t n = 1; n <= 6; ++n) {
    for (std::size_t threshold = 1; threshold <= n; ++threshold) {
      const crypto::Secret32 seed = SeedOf(random);
      const auto shares = Deal(seed, PointsTo(n), threshold, random);
      for (unsigned set = 1; set < 1U << n; ++set) {
        std::vector<Share> some;
        for (std::size_t i = 0; i < n; ++i) {
          if ((set >> i & 1) != 0) some.push_back(shares[i]);
        }
        std::ranges::reverse(some);
        const auto restored = Restore(some);
        ASSERT_TRUE(restored);
        EXPECT_EQ(ToHex(*restored) == ToHex(seed), some.size() >= threshold)
            << n << " shares, threshold " << threshold << ", set " << set;
      }
    }
  }
}

TEST(Shamir, RefusesSharesThatNoDealerDeals) {
  EXPECT_FALSE(Restore({}));
  EXPECT_FALSE(Restore(std::vector<Share>{{.point = 0, .value = {}}}));
  EXPECT_FALSE(Restore(std::vector<Share>{{.point = 3, .value = {}}, {.point = 3, .value = {}}}));
}

// Pearson's statistic of bytes against uniform ones; 255 degrees of freedom.
double ChiSquare(const std::array<int, 256>& counts, double total) {
  double statistic = 0;
  for (const int count : counts) statistic += (count - total / 256) * (count - total / 256) / (total / 256);
  return statistic;
}

// One share fewer than the threshold: uniform whatever the seed. False alarms below 1e-6 a run: a chi-square
// of 255 degrees exceeds 255 + 2 sqrt(255 x) + 2x with a chance of e^-x (Laurent and Massart 2000), x = 15;
// three statistics.
TEST(Shamir, TellsNothingBelowTheThreshold) {
  constexpr double kMost = 255 + 2 * 61.85 + 30;
  SeededRandom random(20261127);
  const auto statistic = [&](std::size_t threshold, std::size_t shares_used) {
    std::array<int, 256> counts{};
    int total = 0;
    for (int round = 0; round < 2000; ++round) {
      const auto shares = Deal({}, PointsTo(4), threshold, random);  // a seed of zeros
      for (std::size_t i = 0; i < shares_used; ++i) {
        for (const std::uint8_t byte : std::span<const std::uint8_t>(shares[i].value)) {
          ++counts[byte];
          ++total;
        }
      }
    }
    return ChiSquare(counts, total);
  };
  EXPECT_LT(statistic(2, 1), kMost);
  EXPECT_LT(statistic(3, 2), kMost);
  EXPECT_LT(statistic(4, 3), kMost);
  EXPECT_GT(statistic(1, 1), kMost);  // without a random coefficient, the share is the seed
}

}  // namespace
}  // namespace concordat::aggregation
