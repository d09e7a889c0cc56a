// Noise that several owners add: how much of it can be counted on, and how much of a sum each one's part is.
//
// Argument: shares.proof.md. Decision: docs/adr/0007-federated-questions.md, sections 3 to 5.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::dp {

// Who adds up a number together. One owner alone is the default.
struct Owners {
  std::uint64_t all = 1;     // that may contribute, each one draw
  std::uint64_t honest = 1;  // whose draws can be counted on
  bool disjoint = true;      // no unit is with two of them
  bool seen = false;         // each one's numbers are, and not their sum alone
};

// The noise of one vector, and how much of what it protects falls to one owner.
struct NoiseShare {
  Mechanism mechanism = Mechanism::kDiscreteGaussian;
  std::uint64_t scale = 0;   // that can be counted on, in grid steps
  std::uint64_t owners = 1;  // that may have a unit: all their parts move
  std::uint64_t draws = 1;   // that are expected in what is released

  // Of the steps that a unit may move all parts side by side, as one longer vector, those that it may move
  // one owner's; and the way back. OfAll(OfOne(s)) <= s.
  std::uint64_t OfOne(std::uint64_t steps) const;
  std::uint64_t OfAll(std::uint64_t sensitivity) const;
  // Steps of a unit in one owner's part that `rho` pays for. Precondition: Gaussian noise.
  std::uint64_t StepsFor(Rho rho) const;
};

NoiseShare ShareOf(Mechanism mechanism, const Owners& owners);

}  // namespace concordat::dp
