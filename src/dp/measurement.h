// What was done to answer, as the ledger records it: mechanism, sensitivity, scale, how often. Never only a
// sum of epsilon, so that a tighter accountant can read history later.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"

namespace concordat::dp {

enum class Mechanism { kDiscreteGaussian, kDiscreteLaplace };

// A rate of sampling is a whole number of parts of 2^32: this many are everyone.
inline constexpr std::uint64_t kEveryone = std::uint64_t{1} << 32;

// One noisy vector. All answers are integers on a grid fine enough that one noise scale serves every question
// (scale.h): the sensitivity in grid steps, not the scale, carries the privacy parameter.
struct Measurement {
  Mechanism mechanism = Mechanism::kDiscreteGaussian;
  std::uint64_t sensitivity = 0;  // grid steps; L2 over all coordinates for Gaussian, L1 for Laplace
  std::uint64_t scale = 0;        // grid steps; sigma for Gaussian, b for Laplace
  std::uint32_t times = 1;        // how many such vectors were released
  Delta delta;  // chance that a group of one unit passed the release threshold; 0 without one
  // Each unit's chance to be looked at in each release, afresh and told to nobody, in parts of kEveryone, at
  // least 1: sampled.proof.md. Less than everyone for Gaussian noise alone.
  std::uint64_t rate = kEveryone;
  bool operator==(const Measurement&) const = default;
};

using Measurements = std::vector<Measurement>;

}  // namespace concordat::dp
