// Looks for an event that two neighbours make more differently likely than their privacy parameters allow.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/testing_random.h"
#include "dp/discrete_gaussian.h"
#include "dp/discrete_laplace.h"
#include "dp/scale.h"
#include "dp/tradeoff.h"

namespace concordat::dp {
namespace {

constexpr int kDraws = 300'000;

struct Claim {
  std::int64_t sensitivity;
  double epsilon;
  double delta;
};

// Counts outputs x and x + sensitivity, and tries all events {output >= t} at sampled t, and {output = y} for
// small scales. Six standard errors an event: false alarms below 1e-6 a run.
template <class Sampler>
bool RefutesDp(const Sampler& sampler, const Claim& claim, std::uint64_t seed) {
  SeededRandom random(seed);
  BitSource bits(random);
  std::vector<std::int64_t> one(kDraws), two(kDraws);
  for (auto& x : one) x = sampler.Sample(bits);
  for (auto& x : two) x = sampler.Sample(bits) + claim.sensitivity;
  std::sort(one.begin(), one.end());
  std::sort(two.begin(), two.end());
  const auto refutes = [&](double p, double q) {
    const double bound = std::exp(claim.epsilon) * q + claim.delta;
    const double error =
        std::sqrt((p * (1 - p) + std::exp(2 * claim.epsilon) * q * (1 - q) + 1e-4 / kDraws) / kDraws);
    return p - bound > 6 * error;
  };
  const auto share = [](const std::vector<std::int64_t>& sorted, std::int64_t low, std::int64_t high) {
    const auto first = std::lower_bound(sorted.begin(), sorted.end(), low);
    const auto last = std::lower_bound(sorted.begin(), sorted.end(), high);
    return static_cast<double>(last - first) / kDraws;
  };
  constexpr std::int64_t kFar = std::int64_t{1} << 62;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t t = two[static_cast<std::size_t>(i) * kDraws / 100];
    if (refutes(share(two, t, kFar), share(one, t, kFar)) ||
        refutes(share(one, -kFar, t), share(two, -kFar, t)) ||
        refutes(share(two, t, t + 1), share(one, t, t + 1)) ||
        refutes(share(one, t, t + 1), share(two, t, t + 1))) {
      return true;
    }
  }
  return false;
}

TEST(DiscreteLaplace, KeepsEpsilon) {
  EXPECT_FALSE(RefutesDp(*DiscreteLaplace::Make({2, 1}), {1, 0.5, 0}, 20240607));
  EXPECT_FALSE(RefutesDp(*DiscreteLaplace::Make({kNoiseScale, 1}), {kNoiseScale, 1, 0}, 20240607));
}
TEST(DiscreteLaplace, RefuterHasPower) {
  EXPECT_TRUE(RefutesDp(*DiscreteLaplace::Make({1, 1}), {1, 0.5, 0}, 20240607));
  EXPECT_TRUE(RefutesDp(*DiscreteLaplace::Make({kNoiseScale, 1}), {kNoiseScale, 0.95, 0}, 20240607));
}

TEST(DiscreteGaussian, KeepsEpsilonAndDelta) {
  EXPECT_FALSE(RefutesDp(*DiscreteGaussian::Make({2, 1}), {1, 0.5, GaussianDelta(0.5, 0.5)}, 20240607));
  EXPECT_FALSE(
      RefutesDp(*DiscreteGaussian::Make({kNoiseScale, 1}), {kNoiseScale, 1, GaussianDelta(1, 1)}, 20240607));
}
TEST(DiscreteGaussian, RefuterHasPower) {
  EXPECT_TRUE(RefutesDp(*DiscreteGaussian::Make({1, 1}), {1, 0.5, GaussianDelta(0.5, 0.5)}, 20240607));
  EXPECT_TRUE(RefutesDp(*DiscreteGaussian::Make({kNoiseScale, 1}), {kNoiseScale, 1, GaussianDelta(0.9, 1)},
                        20240607));
}

}  // namespace
}  // namespace concordat::dp
