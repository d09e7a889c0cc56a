#include "dp/tradeoff.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dp/rounding.h"

namespace concordat::dp {
namespace {

constexpr double kLargestEpsilon = 64;
// Smaller deltas are treated as none: further out than this, floating point would need a proof of its own.
constexpr double kSmallestDelta = 1e-60;
// Above the relative error of one term of GaussianDelta (accounting.proof.md).
constexpr double kTermError = 1e-12;

double NormalBelow(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// Where `enough` turns from false to true between low and high, from the true side.
template <class Predicate>
double FirstTrue(double low, double high, const Predicate& enough) {
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

double GaussianDelta(double mu, double epsilon) {
  const double above = NormalBelow(mu / 2 - epsilon / mu) * (1 + kTermError);
  const double below = std::exp(epsilon) * NormalBelow(-mu / 2 - epsilon / mu) * (1 - kTermError);
  // Past 37 deviations the terms fall below the smallest normal double: what they hide is far below 1e-300.
  return std::max(above - below, 0.0) + 1e-300;
}

double GaussianEpsilon(double mu, double delta) {
  if (mu == 0) return 0;
  if (delta < kSmallestDelta) return std::numeric_limits<double>::infinity();
  if (GaussianDelta(mu, 0) <= delta) return 0;
  if (!(GaussianDelta(mu, kLargestEpsilon) <= delta)) return std::numeric_limits<double>::infinity();
  return FirstTrue(0, kLargestEpsilon, [&](double epsilon) { return GaussianDelta(mu, epsilon) <= delta; });
}

double GaussianMu(double epsilon, double delta) {
  if (!(epsilon > 0 && delta >= kSmallestDelta)) return 0;
  const double capped = std::min(epsilon, kLargestEpsilon);
  const double above = FirstTrue(0, 64, [&](double mu) { return GaussianDelta(mu, capped) > delta; });
  return Down(above * (1 - kTermError));
}

double MuOfPure(double epsilon) {
  if (epsilon == 0) return 0;
  if (epsilon > kLargestEpsilon) return std::numeric_limits<double>::infinity();
  const double caught = (1 - kTermError) / (1 + std::exp(epsilon));
  return FirstTrue(0, 64, [&](double mu) { return NormalBelow(-mu / 2) <= caught; });
}

}  // namespace concordat::dp
