#include "dp/tradeoff.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dp/scale.h"

namespace concordat::dp {
namespace {

// Delta at `epsilon` between the discrete Gaussian and itself moved by `steps`, summed over the integers.
double DiscreteDelta(double sigma, double steps, double epsilon) {
  double mass = 0, delta = 0;
  for (double x = -12 * sigma; x <= 12 * sigma; x += 1) {
    const double p = std::exp(-x * x / (2 * sigma * sigma));
    const double y = x + steps;
    mass += p;
    delta += std::max(0.0, p - std::exp(epsilon - y * y / (2 * sigma * sigma)));
  }
  return delta / mass;
}

TEST(GaussianDelta, IsWhatTheIntegersGive) {
  const struct {
    double mu;
    double epsilon;
  } cases[] = {{1, 0}, {1, 1}, {0.5, 1}, {0.25, 1}, {2, 4}, {0.2367, 1}, {0.1, 0.01}};
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.mu << " " << c.epsilon);
    const double sigma = 32768;
    const double exact = DiscreteDelta(sigma, std::round(c.mu * sigma), c.epsilon);
    const double claimed = GaussianDelta(std::round(c.mu * sigma) / sigma, c.epsilon);
    EXPECT_NEAR(claimed, exact, exact * 1e-3 + 1e-12);
  }
}

// At the product's own scale the claim holds with the slack that the accountant adds (2^-16).
TEST(GaussianDelta, BoundsTheProductsNoise) {
  const double sigma = kNoiseScale;
  for (const double mu : {0.25, 1.0}) {
    const double steps = std::round(mu * sigma);
    EXPECT_LE(DiscreteDelta(sigma, steps, 1 + 1.0 / 65536), GaussianDelta(steps / sigma, 1));
    EXPECT_GT(DiscreteDelta(sigma, steps, 1 - 1.0 / 1024), GaussianDelta(steps / sigma, 1));
  }
}

TEST(GaussianEpsilon, InvertsDelta) {
  for (const double mu : {1e-6, 1e-4, 0.01, 0.2, 1.0, 3.0}) {
    for (const double delta : {1e-3, 1e-6, 1e-9, 1e-20}) {
      SCOPED_TRACE(testing::Message() << mu << " " << delta);
      const double epsilon = GaussianEpsilon(mu, delta);
      EXPECT_LE(GaussianDelta(mu, epsilon), delta);
      if (epsilon > 0) EXPECT_GT(GaussianDelta(mu, epsilon * (1 - 1e-6)), delta);
      if (epsilon > 0) EXPECT_NEAR(GaussianMu(epsilon, delta), mu, mu * 1e-5);
      EXPECT_LE(GaussianEpsilon(GaussianMu(epsilon, delta), delta), epsilon * (1 + 1e-9));
    }
  }
  EXPECT_EQ(GaussianEpsilon(0, 0), 0);
  EXPECT_TRUE(std::isinf(GaussianEpsilon(1, 0)));
  EXPECT_TRUE(std::isinf(GaussianEpsilon(50, 1e-6)));
  EXPECT_EQ(GaussianMu(0, 1e-6), 0);
  EXPECT_EQ(GaussianMu(1, 0), 0);
}

// Randomised response with epsilon: the hardest mechanism of its kind. The Gaussian of MuOfPure must be
// harder to keep secret at every level, and a slightly easier one must not.
TEST(MuOfPure, DominatesRandomisedResponse) {
  const auto response_delta = [](double epsilon, double level) {
    const double high = std::exp(epsilon) / (1 + std::exp(epsilon)), low = 1 / (1 + std::exp(epsilon));
    return std::max(0.0, high - std::exp(level) * low);
  };
  for (const double epsilon : {0.001, 0.1, 1.0, 5.0}) {
    bool tight = false;
    for (double level = 0; level <= epsilon; level += epsilon / 64) {
      const double mu = MuOfPure(epsilon);
      EXPECT_GE(GaussianDelta(mu, level), response_delta(epsilon, level) * (1 - 1e-9))
          << epsilon << " " << level;
      tight = tight || GaussianDelta(mu * 0.99, level) < response_delta(epsilon, level);
    }
    EXPECT_TRUE(tight) << epsilon;
  }
  EXPECT_EQ(MuOfPure(0), 0);
  EXPECT_TRUE(std::isinf(MuOfPure(100)));
}

}  // namespace
}  // namespace concordat::dp
