#include "dp/threshold.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dp/interval.h"
#include "dp/scale.h"

namespace concordat::dp {
namespace {

using enum Mechanism;

// P(X >= t), summed over the integers.
double ExactTail(Mechanism mechanism, std::int64_t t) {
  const double scale = kNoiseScale;
  if (mechanism == kDiscreteLaplace) {
    const double q = std::exp(-1 / scale);
    return std::pow(q, static_cast<double>(t)) / (1 + q);
  }
  double tail = 0;
  for (auto x = static_cast<double>(t); x < 14 * scale; x += 1)
    tail += std::exp(-x * x / (2 * scale * scale));
  return tail / (scale * std::sqrt(2 * M_PI));  // the sum of all weights is this, to 10^13 digits
}

TEST(TailBound, IsAboveTheTailAndClose) {
  for (const Mechanism mechanism : {kDiscreteGaussian, kDiscreteLaplace}) {
    for (const double deviations : {1e-6, 0.5, 3.0, 6.0, 7.5}) {
      const auto t = static_cast<std::int64_t>(deviations * kNoiseScale);
      const double exact = ExactTail(mechanism, t);
      EXPECT_GE(TailBound(mechanism, t), exact * (1 - 1e-11));
      EXPECT_LE(TailBound(mechanism, t), exact * (1 + 1e-4));
    }
  }
}

TEST(ReleaseThreshold, HidesLoneUnits) {
  const GroupCounts cases[] = {
      {kDiscreteGaussian, kNoiseScale / 4, 1, {1e-9}}, {kDiscreteGaussian, kNoiseScale / 8, 10, {1e-9}},
      {kDiscreteGaussian, 1, 1000, {1e-12}},           {kDiscreteLaplace, kNoiseScale / 10, 3, {1e-9}},
      {kDiscreteLaplace, kNoiseScale, 1, {0.5}},
  };
  for (const GroupCounts& c : cases) {
    SCOPED_TRACE(testing::Message() << c.steps_a_unit << " " << c.max_groups);
    const std::int64_t needed = *ReleaseThreshold(c) - static_cast<std::int64_t>(c.steps_a_unit);
    const double shown = ExactTail(c.mechanism, needed) * static_cast<double>(c.max_groups);
    EXPECT_LE(shown, c.delta.value);
    EXPECT_GE(shown, c.delta.value * 0.999);
  }
}

TEST(ReleaseThreshold, RejectsWhatHasNoThreshold) {
  const struct {
    const char* name;
    GroupCounts counts;
  } cases[] = {
      {"no delta", {kDiscreteGaussian, 1, 1, {0}}},
      {"delta of one", {kDiscreteGaussian, 1, 1, {1}}},
      {"not a number", {kDiscreteGaussian, 1, 1, {NAN}}},
      {"no steps", {kDiscreteGaussian, 0, 1, {1e-9}}},
      {"no groups", {kDiscreteGaussian, 1, 0, {1e-9}}},
      {"too many steps", {kDiscreteGaussian, kMostSteps + 1, 1, {1e-9}}},
  };
  for (const auto& c : cases) EXPECT_FALSE(ReleaseThreshold(c.counts)) << c.name;
}

TEST(MeasurementOf, ChargesEveryGroupOfAUnit) {
  const Measurement m = MeasurementOf({kDiscreteGaussian, 1000, 10, {1e-9}});
  EXPECT_EQ(m.sensitivity, 3163);  // 1000 sqrt(10), rounded up
  EXPECT_EQ(m.scale, kNoiseScale);
  EXPECT_EQ(m.delta.value, 1e-9);
  EXPECT_EQ(MeasurementOf({kDiscreteLaplace, 1000, 10, {1e-9}}).sensitivity, 10000);
}

TEST(HalfWidth, HoldsNinetyFivePercent) {
  for (const Mechanism mechanism : {kDiscreteGaussian, kDiscreteLaplace}) {
    const auto aside = static_cast<std::int64_t>(HalfWidth(mechanism, kNoiseScale));
    EXPECT_NEAR(2 * ExactTail(mechanism, aside), 0.05, 1e-5);
    EXPECT_NEAR(HalfWidth(mechanism, ScaleForHalfWidth(mechanism, 12.5)), 12.5, 1e-12);
  }
  EXPECT_NEAR(HalfWidthOfAnswer(kDiscreteGaussian, kNoiseScale / 50.0), 98, 0.01);
}

// P(|X| > t) of the sum of n Laplace draws of scale 1, exactly, for the few n that have short forms: the
// density is e^-x times a polynomial (Kotz, Kozubowski, Podgorski 2001, section 2.3).
TEST(HalfWidthOfSum, HoldsNinetyFivePercent) {
  EXPECT_EQ(HalfWidthOfSum(kDiscreteLaplace, 7, 1), HalfWidth(kDiscreteLaplace, 7));
  const double two = HalfWidthOfSum(kDiscreteLaplace, 1, 2);
  EXPECT_NEAR(std::exp(-two) * (1 + two / 2), 0.05, 0.002);
  const double three = HalfWidthOfSum(kDiscreteLaplace, 1, 3);
  EXPECT_NEAR(std::exp(-three) * (1 + 5 * three / 8 + three * three / 8), 0.05, 0.002);
  EXPECT_NEAR(HalfWidthOfSum(kDiscreteGaussian, 1, 9), 3 * HalfWidth(kDiscreteGaussian, 1), 1e-12);
}

}  // namespace
}  // namespace concordat::dp
