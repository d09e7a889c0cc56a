// What a history of answers cost, as one (epsilon, delta); and what an (epsilon, delta) buys.
//
// A budget is a line that an analyst walks up to, choosing each question after seeing the answers before it.
// So the conversion below is one that holds however the history came about: its parts get fixed shares of
// delta, and history never chooses how delta is divided. Argument and sources: accounting.proof.md. All
// rounding is against the spender: epsilon up, rho down. Pure functions; no state but the sums.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::dp {

// The share of a budget's delta kept for release thresholds, all together.
inline constexpr double kThresholdShare = 1.0 / 512;
// Releases of groups that nobody declared, within one budget, when each gets ThresholdDeltaFor.
inline constexpr std::uint32_t kThresholdReleases = 4096;

// The delta that one release threshold should get under a budget's delta.
Delta ThresholdDeltaFor(Delta budget);

// The sums of what was measured on the same units. Not thread-safe.
class Composition {
 public:
  void Add(const Measurement& measurement);
  void Add(const Measurements& measurements);

  // zCDP of the discrete Gaussian measurements.
  Rho GaussianRho() const { return gaussian_; }
  // Chance that any group shown betrayed one unit: the sum of threshold deltas.
  Delta ThresholdDelta() const { return threshold_; }

  // An epsilon for which the whole is (epsilon, delta)-DP: the least of what the three conversions of
  // accounting.proof.md give. Infinite when it is past 64, when thresholds took more than their share of
  // `delta`, or after 2^20 releases.
  Epsilon ToEpsilon(Delta delta) const;
  // Does a budget hold after these measurements?
  bool FitsIn(const PrivacyBudget& budget) const { return ToEpsilon(budget.delta) <= budget.epsilon; }

  // All it holds, to be kept and taken up again.
  struct Sums {
    double gaussian = 0, pure = 0, pure_mu2 = 0, threshold = 0;
    std::uint64_t releases = 0;
  };
  Sums sums() const { return {gaussian_.value, pure_.value, pure_mu2_, threshold_.value, releases_}; }
  static Composition From(const Sums& sums);

 private:
  Rho gaussian_;
  Epsilon pure_;         // of discrete Laplace measurements, by basic composition
  double pure_mu2_ = 0;  // of the same, as Gaussian privacy: the sum of mu^2
  Delta threshold_;
  std::uint64_t releases_ = 0;
};

// What discrete Gaussian measurements of `rho` altogether cost, and nothing else beside them.
Epsilon ToEpsilon(Rho rho, Delta delta);
// What one question asked with an (epsilon, delta) is charged: the largest rho with ToEpsilon(rho, delta) <=
// epsilon. 0 when either is 0 or epsilon is below 2^-16.
Rho RhoFor(const PrivacyBudget& budget);

}  // namespace concordat::dp
