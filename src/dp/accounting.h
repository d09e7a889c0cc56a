// What a history of answers cost, as one (epsilon, delta); and what an (epsilon, delta) buys.
//
// Argument and sources: accounting.proof.md. All rounding is against the spender: epsilon up, rho down.
// Pure functions; no state but the sums.
#pragma once

#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::dp {

// Sums of what was measured on the same units. Adding is order-free: a ledger may be folded in any order.
class Composition {
 public:
  void Add(const Measurement& measurement);
  void Add(const Measurements& measurements);

  // All of it as zCDP, pure measurements by epsilon^2 / 2; threshold deltas aside.
  Rho TotalRho() const;
  // Chance that any released group betrayed one unit: the sum of threshold deltas.
  Delta ThresholdDelta() const;
  // The epsilon for which the whole is (epsilon, delta)-DP. Infinite when threshold deltas leave none of
  // `delta` to anything that needs it.
  Epsilon ToEpsilon(Delta delta) const;
  // Would a budget hold after these measurements?
  bool FitsIn(const PrivacyBudget& budget) const { return ToEpsilon(budget.delta) <= budget.epsilon; }

 private:
  Rho gaussian_;  // of discrete Gaussian measurements
  Rho laplace_;   // of discrete Laplace measurements, seen as zCDP
  Epsilon pure_;  // of the same, by basic composition
  Delta threshold_;
};

// The smallest known epsilon for which rho-zCDP implies (epsilon, delta)-DP. 0 for rho 0; infinite for delta
// 0.
Epsilon ToEpsilon(Rho rho, Delta delta);
// The largest rho with ToEpsilon(rho, budget.delta) <= budget.epsilon: what one question asked with that
// epsilon is charged. 0 when either part is 0.
Rho RhoFor(const PrivacyBudget& budget);

}  // namespace concordat::dp
