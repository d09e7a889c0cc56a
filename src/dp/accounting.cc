#include "dp/accounting.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/mutation.h"
#include "dp/rounding.h"
#include "dp/scale.h"
#include "dp/tradeoff.h"

namespace concordat::dp {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

// Discrete noise in place of rounded continuous noise, up to 2^40 draws: epsilon grows by kDiscreteSlack and
// delta by less than the factor taken off here. accounting.proof.md, "Discrete for continuous".
constexpr double kDiscreteSlack = 1.0 / 65536;
constexpr double kDiscreteFactor = 1 - 1.0 / 65536;
constexpr std::uint64_t kMostReleases = std::uint64_t{1} << 20;

// Shares of delta. With kThresholdShare they add up to 1.
constexpr double kMixedShare = 1.0 / 512;
constexpr double kGaussianShare = 1 - kThresholdShare - kMixedShare;

// The mixed conversion's steps of pure epsilon: 2^(-8), 2^(-8 + 1/8), ..., each with an equal part of
// kMixedShare.
constexpr int kPureSteps = 128;
double PureStep(int index) { return std::exp2(-8 + index / 8.0); }

double MuOf(double mu2) { return Up(std::sqrt(mu2)); }

double WithSlack(double epsilon) { return epsilon == 0 ? 0 : Up(epsilon + kDiscreteSlack); }

// Everything as Gaussian privacy.
double AsGaussian(double mu2, double delta) {
  return WithSlack(GaussianEpsilon(MuOf(mu2), delta * kGaussianShare * kDiscreteFactor));
}

// Pure epsilons added up and rounded up to a step; the Gaussian rest converted with the step's share of
// delta.
double AsMixed(double pure, double gaussian_mu2, double delta) {
  for (int i = 0; i < kPureSteps; ++i) {
    const double step = PureStep(i);
    if (pure > step) continue;
    const double share = delta * (kMixedShare / kPureSteps) * kDiscreteFactor;
    return Up(step + WithSlack(GaussianEpsilon(MuOf(gaussian_mu2), share)));
  }
  return kInfinite;
}

}  // namespace

Delta ThresholdDeltaFor(Delta budget) {
  return {Down(budget.value * kThresholdShare / (kThresholdReleases + 1))};
}

void Composition::Add(const Measurement& measurement) {
  CHECK(measurement.scale > 0 && measurement.delta.value >= 0);
  const std::uint32_t times = Mutated("charge_once_for_all") ? 1 : measurement.times;
  const Measurement one{measurement.mechanism, measurement.sensitivity, measurement.scale, 1,
                        measurement.delta};
  if (measurement.mechanism == Mechanism::kDiscreteGaussian) {
    gaussian_.value = Up(gaussian_.value + Up(RhoOf(one).value * times));
  } else {
    const double epsilon = PureEpsilonOf(one).value;
    const double mu = MuOfPure(epsilon);
    pure_.value = Up(pure_.value + Up(epsilon * times));
    pure_mu2_ = Up(pure_mu2_ + Up(Up(mu * mu) * times));
  }
  threshold_.value = Up(threshold_.value + Up(measurement.delta.value * times));
  releases_ += times;
}

void Composition::Add(const Measurements& measurements) {
  for (const Measurement& measurement : measurements) Add(measurement);
}

Composition Composition::From(const Sums& sums) {
  Composition whole;
  whole.gaussian_.value = sums.gaussian;
  whole.pure_.value = sums.pure;
  whole.pure_mu2_ = sums.pure_mu2;
  whole.threshold_.value = sums.threshold;
  whole.releases_ = sums.releases;
  return whole;
}

Epsilon Composition::ToEpsilon(Delta delta) const {
  if (threshold_.value > delta.value * kThresholdShare || releases_ > kMostReleases) return {kInfinite};
  const double gaussian_mu2 = Up(2 * gaussian_.value);
  double epsilon = gaussian_mu2 == 0 ? pure_.value : kInfinite;
  if (delta.value > 0) {
    epsilon = std::min(epsilon, AsGaussian(Up(gaussian_mu2 + pure_mu2_), delta.value));
    if (pure_.value > 0) epsilon = std::min(epsilon, AsMixed(pure_.value, gaussian_mu2, delta.value));
  }
  return {epsilon};
}

Epsilon ToEpsilon(Rho rho, Delta delta) {
  if (rho.value == 0) return {0};
  if (!(delta.value > 0)) return {kInfinite};
  return {AsGaussian(Up(2 * rho.value), delta.value)};
}

Rho RhoFor(const PrivacyBudget& budget) {
  const double share = budget.delta.value * kGaussianShare * kDiscreteFactor;
  const double mu = GaussianMu(budget.epsilon.value - kDiscreteSlack, share);
  Rho rho{Down(mu * mu / 2)};
  // The two conversions agree but for the last digits: step back over those.
  while (rho.value > 0 && ToEpsilon(rho, budget.delta) > budget.epsilon) rho.value *= 1 - 1e-9;
  return {rho.value * (1 - 1e-9)};
}

}  // namespace concordat::dp
