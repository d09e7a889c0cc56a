#include "dp/accounting.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/mutation.h"
#include "dp/rounding.h"
#include "dp/sampled.h"
#include "dp/sampled_filter.h"
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

// The mixed conversion's steps of pure epsilon: 2^(-8), 2^(-8 + 1/8), ..., 2^6. Each has the 128th part of
// kMixedShare, and the 15 parts that are over are for histories that come to samples after other questions.
constexpr int kPureParts = 128;
constexpr int kPureSteps = 113;
constexpr double kLateSampledShare = kMixedShare * (kPureParts - kPureSteps) / kPureParts;
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
    const double share = delta * (kMixedShare / kPureParts) * kDiscreteFactor;
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
  Measurement one = measurement;
  one.times = 1;
  if (measurement.rate < kEveryone && measurement.sensitivity > 0) {
    AddSampled(measurement);
  } else if (measurement.mechanism == Mechanism::kDiscreteGaussian) {
    sums_.gaussian = Up(sums_.gaussian + Up(RhoOf(one).value * times));
  } else {
    const double epsilon = PureEpsilonOf(one).value;
    const double mu = MuOfPure(epsilon);
    sums_.pure = Up(sums_.pure + Up(epsilon * times));
    sums_.pure_mu2 = Up(sums_.pure_mu2 + Up(Up(mu * mu) * times));
  }
  sums_.threshold = Up(sums_.threshold + Up(measurement.delta.value * times));
  sums_.releases += times;
}

void Composition::AddSampled(const Measurement& measurement) {
  CHECK(measurement.mechanism == Mechanism::kDiscreteGaussian);
  if (sums_.releases == 0) {
    sums_.first = {measurement.mechanism, measurement.sensitivity, measurement.scale, 1, {},
                   measurement.rate};
  }
  sums_.renyi.resize(kOrders);
  const RenyiCurve each = RenyiOf(measurement);
  for (std::size_t i = 0; i < kOrders; ++i)
    sums_.renyi[i] = Up(sums_.renyi[i] + Up(each[i] * measurement.times));
}

void Composition::Add(const Measurements& measurements) {
  for (const Measurement& measurement : measurements) Add(measurement);
}

Composition Composition::From(const Sums& sums) {
  CHECK(sums.renyi.empty() || sums.renyi.size() == kOrders);
  Composition whole;
  whole.sums_ = sums;
  return whole;
}

// Everything as Rényi divergence: Gaussian answers of everyone have rho times the order, pure ones the less
// of epsilon and mu^2 / 2 times the order.
double Composition::AsSampled(double delta) const {
  RenyiCurve spent;
  for (std::size_t i = 0; i < kOrders; ++i) {
    const double order = RenyiOrders()[i];
    const double pure = std::min(sums_.pure, Up(order * sums_.pure_mu2 / 2));
    spent[i] = Up(sums_.renyi[i] + Up(Up(order * sums_.gaussian) + pure));
  }
  delta *= kDiscreteFactor;
  if (!sums_.first) return WithSlack(EpsilonOnGrid(spent, delta * kLateSampledShare));
  const double as_first = EpsilonAsFirst(spent, RenyiOf(*sums_.first), delta * kGaussianShare);
  return WithSlack(std::min(as_first, EpsilonOnGrid(spent, delta * kMixedShare)));
}

Epsilon Composition::ToEpsilon(Delta delta) const {
  if (sums_.threshold > delta.value * kThresholdShare || sums_.releases > kMostReleases) return {kInfinite};
  if (!sums_.renyi.empty()) return {delta.value > 0 ? AsSampled(delta.value) : kInfinite};
  const double gaussian_mu2 = Up(2 * sums_.gaussian);
  double epsilon = gaussian_mu2 == 0 ? sums_.pure : kInfinite;
  if (delta.value > 0) {
    epsilon = std::min(epsilon, AsGaussian(Up(gaussian_mu2 + sums_.pure_mu2), delta.value));
    if (sums_.pure > 0) epsilon = std::min(epsilon, AsMixed(sums_.pure, gaussian_mu2, delta.value));
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

Measurement MeasurementOf(const SampledRounds& rounds, std::uint64_t steps) {
  const std::uint32_t owners = Mutated("sampling_owners_not_counted") ? 1 : rounds.owners;
  CHECK(std::uint64_t{rounds.rounds} * owners <= std::numeric_limits<std::uint32_t>::max());
  return {Mechanism::kDiscreteGaussian, steps, rounds.scale, rounds.rounds * owners, {}, rounds.rate};
}

std::uint64_t StepsForSampled(const SampledRounds& rounds, const PrivacyBudget& budget) {
  const auto fits = [&](std::uint64_t steps) {
    Composition alone;
    alone.Add(MeasurementOf(rounds, steps));
    return alone.FitsIn(budget);
  };
  std::uint64_t low = 0, high = kMostSteps;
  while (low < high) {
    const std::uint64_t middle = high - (high - low) / 2;
    if (fits(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace concordat::dp
