#include "dp/scale.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace concordat::dp {
namespace {

using enum Mechanism;

TEST(StepsFor, SpendsAllOfRhoAndNoMore) {
  EXPECT_EQ(StepsFor(Rho{0.5}), kNoiseScale);  // sigma of one unit
  EXPECT_EQ(StepsFor(Rho{0}), 0);
  EXPECT_EQ(StepsFor(Rho{-1}), 0);
  EXPECT_EQ(StepsFor(Rho{std::nan("")}), 0);
  EXPECT_EQ(StepsFor(Rho{1e9}), kMostSteps);
  for (const double rho : {1e-12, 3e-7, 2e-4, 0.01, 0.1, 0.49999999, 1.0, 17.3}) {
    SCOPED_TRACE(rho);
    const std::uint64_t steps = StepsFor(Rho{rho});
    const Measurement charged{kDiscreteGaussian, steps, kNoiseScale, 1, {}};
    const Measurement next{kDiscreteGaussian, steps + 1, kNoiseScale, 1, {}};
    EXPECT_LE(RhoOf(charged).value, rho * (1 + 1e-14));
    EXPECT_GT(RhoOf(next).value, rho);
  }
}

TEST(ScaleOfSum, IsRoundedDown) {
  EXPECT_EQ(ScaleOfSum(1), kNoiseScale);
  EXPECT_EQ(ScaleOfSum(4), 2 * kNoiseScale);
  for (std::uint64_t draws = 1; draws <= kMostShares; ++draws) {
    const auto scale = ScaleOfSum(draws);
    ASSERT_LE(scale * scale, kNoiseScale * kNoiseScale * draws);
    ASSERT_GT((scale + 1) * (scale + 1), kNoiseScale * kNoiseScale * draws);
  }
}

TEST(StepsFor, SpendsAllOfRhoUnderTheNoiseOfASum) {
  for (const std::uint64_t draws : {1, 2, 3, 7, 50, 10'000}) {
    for (const double rho : {1e-12, 3e-7, 2e-4, 0.01, 0.49999999, 1.0}) {
      const std::uint64_t scale = ScaleOfSum(draws);
      const std::uint64_t steps = StepsFor(Rho{rho}, scale);
      SCOPED_TRACE(fmt::format("{} draws, rho {}, {} steps", draws, rho, steps));
      if (steps == kMostSteps) continue;
      EXPECT_LE(RhoOf({kDiscreteGaussian, steps, scale, 1, {}}).value, rho * (1 + 1e-14));
      EXPECT_GT(RhoOf({kDiscreteGaussian, steps + 1, scale, 1, {}}).value, rho * (1 - 1e-14));
    }
  }
}

TEST(StepsFor, SpendsAllOfEpsilonAndNoMore) {
  EXPECT_EQ(StepsFor(Epsilon{1}), kNoiseScale);
  EXPECT_EQ(StepsFor(Epsilon{0.3}), 314572);  // 0.3 * 2^20 = 314572.8
  EXPECT_EQ(StepsFor(Epsilon{0}), 0);
  EXPECT_EQ(StepsFor(Epsilon{1e300}), kMostSteps);
}

TEST(StepsForEach, ComesBackWithinTheWhole) {
  EXPECT_EQ(StepsForEach(kDiscreteGaussian, 100, 4), 50);
  EXPECT_EQ(StepsForEach(kDiscreteLaplace, 100, 4), 25);
  EXPECT_EQ(SensitivityOf(kDiscreteGaussian, 50, 2), 71);  // 70.7 rounded up
  EXPECT_EQ(SensitivityOf(kDiscreteLaplace, 50, 2), 100);
  for (const Mechanism mechanism : {kDiscreteGaussian, kDiscreteLaplace}) {
    for (const std::uint64_t steps : {1ULL, 7ULL, 1000ULL, 1048577ULL, 1ULL << 26}) {
      for (const std::uint64_t coordinates : {1ULL, 2ULL, 3ULL, 10ULL, 1000ULL, 1ULL << 32}) {
        EXPECT_LE(SensitivityOf(mechanism, StepsForEach(mechanism, steps, coordinates), coordinates), steps);
      }
    }
  }
}

TEST(RhoOf, CountsEveryRelease) {
  EXPECT_NEAR(RhoOf({kDiscreteGaussian, kNoiseScale / 50, kNoiseScale, 1, {}}).value, 1.0 / 5000, 1e-8);
  EXPECT_NEAR(RhoOf({kDiscreteGaussian, kNoiseScale, kNoiseScale, 7, {}}).value, 3.5, 1e-12);
  EXPECT_NEAR(RhoOf({kDiscreteLaplace, kNoiseScale / 2, kNoiseScale, 2, {}}).value, 0.25, 1e-12);
  EXPECT_NEAR(PureEpsilonOf({kDiscreteLaplace, kNoiseScale / 2, kNoiseScale, 3, {}}).value, 1.5, 1e-12);
  EXPECT_TRUE(std::isinf(PureEpsilonOf({kDiscreteGaussian, 1, kNoiseScale, 1, {}}).value));
  EXPECT_EQ(RhoOf({kDiscreteGaussian, 0, kNoiseScale, 1, {}}).value, 0);
}

}  // namespace
}  // namespace concordat::dp
