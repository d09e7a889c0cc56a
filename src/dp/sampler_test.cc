// The samplers follow their distributions, and the same tests catch samplers that do not.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/testing_random.h"
#include "dp/bernoulli.h"
#include "dp/discrete_gaussian.h"
#include "dp/discrete_laplace.h"
#include "dp/scale.h"
#include "dp/testing_goodness.h"

namespace concordat::dp {
namespace {

constexpr int kSample = 1'000'000;
constexpr Scale kProductScale{.numerator = kNoiseScale, .denominator = 1};

template <class Draw>
std::vector<std::int64_t> Sample(int size, const Draw& draw) {
  std::vector<std::int64_t> sample(static_cast<std::size_t>(size));
  for (std::int64_t& x : sample) x = draw();
  return sample;
}

std::vector<std::int64_t> Gaussians(Scale sigma, int size, std::uint64_t seed) {
  SeededRandom random(seed);
  BitSource bits(random);
  const auto sampler = DiscreteGaussian::Make(sigma);
  return Sample(size, [&] { return sampler->Sample(bits); });
}

std::vector<std::int64_t> Laplaces(Scale b, int size, std::uint64_t seed) {
  SeededRandom random(seed);
  BitSource bits(random);
  const auto sampler = DiscreteLaplace::Make(b);
  return Sample(size, [&] { return sampler->Sample(bits); });
}

double Real(Scale scale) { return static_cast<double>(scale.numerator) / scale.denominator; }

double NormalBelow(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }
double LaplaceBelow(double z) { return z < 0 ? std::exp(z) / 2 : 1 - std::exp(-z) / 2; }

// How often heads comes up lies within six standard deviations of `chance`: false alarms below 1e-8.
template <class Coin>
bool RefutesCoin(double chance, const Coin& coin) {
  int heads = 0;
  for (int i = 0; i < kSample; ++i) heads += coin() ? 1 : 0;
  return std::abs(heads - kSample * chance) > 6 * std::sqrt(kSample * chance * (1 - chance)) + 1e-6;
}

TEST(Bernoulli, HasItsChance) {
  const struct {
    std::uint64_t numerator;
    std::uint64_t denominator;
  } cases[] = {{0, 1}, {1, 1}, {1, 2}, {1, 3}, {65535, 65536}, {2, 7}, {(1ULL << 41) - 1, 1ULL << 42}};
  SeededRandom random(1);
  BitSource bits(random);
  for (const auto& c : cases) {
    const double chance = static_cast<double>(c.numerator) / static_cast<double>(c.denominator);
    SCOPED_TRACE(chance);
    EXPECT_FALSE(RefutesCoin(chance, [&] { return Bernoulli(c.numerator, c.denominator, bits); }));
    EXPECT_TRUE(
        RefutesCoin(std::abs(chance - 0.02), [&] { return Bernoulli(c.numerator, c.denominator, bits); }));
  }
}

TEST(BernoulliExp, HasItsChance) {
  const struct {
    std::uint64_t numerator;
    std::uint64_t denominator;
  } cases[] = {{0, 5}, {1, 1}, {1, 2}, {2, 1}, {7, 3}, {1, 1ULL << 41}, {3, 1}};
  SeededRandom random(2);
  BitSource bits(random);
  for (const auto& c : cases) {
    const double chance = std::exp(-static_cast<double>(c.numerator) / static_cast<double>(c.denominator));
    SCOPED_TRACE(chance);
    EXPECT_FALSE(RefutesCoin(chance, [&] { return BernoulliExp(c.numerator, c.denominator, bits); }));
    EXPECT_TRUE(
        RefutesCoin(std::abs(chance - 0.02), [&] { return BernoulliExp(c.numerator, c.denominator, bits); }));
  }
  EXPECT_FALSE(RefutesCoin(std::exp(-1), [&] { return BernoulliInverseE(bits); }));
  EXPECT_FALSE(
      BernoulliExp(~Uint128{0}, 1, bits));  // an exponent past any integer type: false but for e^-2^127
}

TEST(UniformBelow, IsFlat) {
  SeededRandom random(3);
  BitSource bits(random);
  for (const std::int64_t bound : {1, 2, 3, 7, 100}) {
    SCOPED_TRACE(bound);
    const auto flat = [bound](std::int64_t x) { return x >= 0 && x < bound ? 1.0 : 0.0; };
    const auto draw = [&] {
      return static_cast<std::int64_t>(UniformBelow(static_cast<std::uint64_t>(bound), bits));
    };
    EXPECT_FALSE(RefutesDistribution(Sample(kSample, draw), flat));
  }
  // Modulo instead of rejection.
  const auto folded = [&] { return bits.Take16() % 256 % 100; };
  EXPECT_TRUE(RefutesDistribution(Sample(kSample, folded),
                                  [](std::int64_t x) { return x >= 0 && x < 100 ? 1. : 0.; }));
}

TEST(DiscreteLaplace, FollowsItsDistribution) {
  for (const Scale b : {Scale{1, 1}, Scale{1, 2}, Scale{3, 2}, Scale{5, 1}, Scale{10, 3}, Scale{40, 1}}) {
    SCOPED_TRACE(Real(b));
    EXPECT_FALSE(RefutesDistribution(Laplaces(b, kSample, 20240607), LaplaceProbability(Real(b))));
  }
}

TEST(DiscreteGaussian, FollowsItsDistribution) {
  for (const Scale sigma : {Scale{1, 1}, Scale{1, 2}, Scale{3, 2}, Scale{5, 1}, Scale{7, 3}, Scale{40, 1}}) {
    SCOPED_TRACE(Real(sigma));
    EXPECT_FALSE(RefutesDistribution(Gaussians(sigma, kSample, 20240607), GaussianProbability(Real(sigma))));
  }
}

TEST(RefutesDistribution, CatchesWrongSamplers) {
  std::mt19937_64 engine(4);
  std::normal_distribution<double> normal(0, 1);
  std::exponential_distribution<double> exponential(1);
  const auto rounded_normal = Sample(kSample, [&] { return std::llround(normal(engine)); });
  EXPECT_TRUE(RefutesDistribution(rounded_normal, GaussianProbability(1)));
  const auto rounded_laplace =
      Sample(kSample, [&] { return std::llround(exponential(engine) - exponential(engine)); });
  EXPECT_TRUE(RefutesDistribution(rounded_laplace, LaplaceProbability(1)));
  // A sign on zero too: zero comes up twice as often as it should.
  SeededRandom random(5);
  BitSource bits(random);
  const auto twice_zero = Sample(kSample, [&]() -> std::int64_t {
    std::int64_t x = 0;
    while (BernoulliInverseE(bits)) ++x;
    return (bits.Take16() & 1) != 0 ? -x : x;
  });
  EXPECT_TRUE(RefutesDistribution(twice_zero, LaplaceProbability(1)));
  // A scale that is off by one part in fifty.
  EXPECT_TRUE(RefutesDistribution(Laplaces({51, 10}, kSample, 6), LaplaceProbability(5)));
  EXPECT_TRUE(RefutesDistribution(Gaussians({51, 10}, kSample, 7), GaussianProbability(5)));
}

TEST(ProductScale, HasTheShape) {
  const auto gaussians = Gaussians(kProductScale, kSample, 8);
  const auto laplaces = Laplaces(kProductScale, kSample, 9);
  const double scale = kNoiseScale;
  EXPECT_FALSE(RefutesShape(gaussians, [=](double x) { return NormalBelow(x / scale); }));
  EXPECT_FALSE(RefutesShape(laplaces, [=](double x) { return LaplaceBelow(x / scale); }));
  EXPECT_TRUE(RefutesShape(gaussians, [=](double x) { return NormalBelow(x / scale / 1.05); }));
  EXPECT_TRUE(RefutesShape(laplaces, [=](double x) { return LaplaceBelow(x / scale / 1.05); }));
  EXPECT_TRUE(RefutesShape(gaussians, [=](double x) { return NormalBelow(x / scale + 0.02); }));
}

// The last bits are as good as uniform at this scale: what a rounded or coarse sampler gets wrong.
TEST(ProductScale, HasFlatLastBits) {
  const auto flat = [](std::int64_t x) { return x >= 0 && x < 64 ? 1.0 : 0.0; };
  auto gaussians = Gaussians(kProductScale, kSample, 10);
  auto laplaces = Laplaces(kProductScale, kSample, 11);
  for (std::int64_t& x : gaussians) x &= 63;
  for (std::int64_t& x : laplaces) x &= 63;
  EXPECT_FALSE(RefutesDistribution(gaussians, flat));
  EXPECT_FALSE(RefutesDistribution(laplaces, flat));
  for (std::int64_t& x : laplaces) x &= 62;
  EXPECT_TRUE(RefutesDistribution(laplaces, flat));
}

TEST(ProductScale, HasTheSpread) {
  const auto gaussians = Gaussians(kProductScale, kSample, 12);
  double mean = 0, square = 0;
  for (const std::int64_t x : gaussians) {
    const double z = static_cast<double>(x) / kNoiseScale;
    mean += z / kSample;
    square += z * z / kSample;
  }
  EXPECT_NEAR(mean, 0, 6 / std::sqrt(kSample));          // false alarm below 1e-8
  EXPECT_NEAR(square, 1, 6 * std::sqrt(2.0 / kSample));  // likewise
}

TEST(Make, RejectsScalesWithoutMeaning) {
  const struct {
    const char* name;
    Scale scale;
    const char* message;
  } cases[] = {
      {"no spread", {0, 1}, "scale numerator is zero"},
      {"infinite spread", {1, 0}, "scale denominator is zero"},
      {"too large", {(1U << 24) + 1, 1}, "a part of the scale is past 2^24"},
      {"too fine", {1, (1U << 24) + 1}, "a part of the scale is past 2^24"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto laplace = DiscreteLaplace::Make(c.scale);
    const auto gaussian = DiscreteGaussian::Make(c.scale);
    ASSERT_FALSE(laplace);
    ASSERT_FALSE(gaussian);
    EXPECT_EQ(laplace.error().message, c.message);
    EXPECT_EQ(gaussian.error().message, c.message);
  }
  EXPECT_FALSE(DiscreteGaussian::Make({(1U << 24) - 1, 1U << 24}));
  EXPECT_FALSE(DiscreteGaussian::Make({(1U << 24), 1}));
  EXPECT_TRUE(DiscreteGaussian::Make({1U << 22, 1}));
}

}  // namespace
}  // namespace concordat::dp
