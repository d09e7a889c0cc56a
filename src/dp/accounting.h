// What a history of answers cost, as one (epsilon, delta); and what an (epsilon, delta) buys.
//
// A budget is a line that an analyst walks up to, choosing each question after seeing the answers before it.
// So the conversion below is one that holds however the history came about: its parts get fixed shares of
// delta, and history never chooses how delta is divided. Argument and sources: accounting.proof.md. All
// rounding is against the spender: epsilon up, rho down. Pure functions; no state but the sums.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "dp/measurement.h"
#include "dp/scale.h"

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

  // zCDP of the discrete Gaussian measurements of everyone.
  Rho GaussianRho() const { return {sums_.gaussian}; }
  // Chance that any group shown betrayed one unit: the sum of threshold deltas.
  Delta ThresholdDelta() const { return {sums_.threshold}; }

  // An epsilon for which the whole is (epsilon, delta)-DP: the least of what the three conversions of
  // accounting.proof.md give; of those of sampled.proof.md where anything was measured on samples. Infinite
  // when it is past 64, when thresholds took more than their share of `delta`, or after 2^20 releases.
  Epsilon ToEpsilon(Delta delta) const;
  // Does a budget hold after these measurements?
  bool FitsIn(const PrivacyBudget& budget) const { return ToEpsilon(budget.delta) <= budget.epsilon; }

  // All it holds, to be kept and taken up again.
  struct Sums {
    double gaussian = 0;  // zCDP
    double pure = 0;      // epsilon of discrete Laplace measurements, by basic composition
    double pure_mu2 = 0;  // of the same, as Gaussian privacy: the sum of mu^2
    double threshold = 0;
    std::uint64_t releases = 0;
    std::vector<double> renyi;         // of sampled measurements, by RenyiOrders; empty without any
    std::optional<Measurement> first;  // mechanism, sensitivity, scale and rate, if that was sampled
    bool operator==(const Sums&) const = default;
  };
  const Sums& sums() const { return sums_; }
  static Composition From(const Sums& sums);

 private:
  void AddSampled(const Measurement& measurement);
  double AsSampled(double delta) const;

  Sums sums_;
};

// What discrete Gaussian measurements of `rho` altogether cost, and nothing else beside them.
Epsilon ToEpsilon(Rho rho, Delta delta);
// What one question asked with an (epsilon, delta) is charged: the largest rho with ToEpsilon(rho, delta) <=
// epsilon. 0 when either is 0 or epsilon is below 2^-16.
Rho RhoFor(const PrivacyBudget& budget);

// Rounds in which each unit takes part with chance rate / kEveryone, under noise of sigma `scale`.
struct SampledRounds {
  std::uint64_t rate = kEveryone;
  std::uint32_t rounds = 1;
  std::uint64_t scale = kNoiseScale;
  // Where units may be with several owners, who each sample for themselves: how many owners there are. 1
  // where a unit is with one owner alone.
  std::uint32_t owners = 1;
};
// What such rounds are charged, when one owner's part of a unit moves the sum by at most `steps` (L2).
Measurement MeasurementOf(const SampledRounds& rounds, std::uint64_t steps);
// The most steps, up to kMostSteps, for which the rounds alone fit in the budget; 0 if none do.
std::uint64_t StepsForSampled(const SampledRounds& rounds, const PrivacyBudget& budget);

}  // namespace concordat::dp
