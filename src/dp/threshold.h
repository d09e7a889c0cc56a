// When a group that nobody declared may be shown: its noisy number of units must pass a threshold so high
// that a group of one unit passes with a chance of at most delta.
//
// Argument: threshold.proof.md.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::dp {

// How groups' numbers of units are made noisy: each unit counts `steps_a_unit` grid steps in each of at most
// `max_groups` groups, and each count gets noise at kNoiseScale.
struct GroupCounts {
  Mechanism mechanism = Mechanism::kDiscreteGaussian;
  std::uint64_t steps_a_unit = 0;
  std::uint64_t max_groups = 1;
  Delta delta;  // chance, over all of a unit's groups, that one it is alone in is shown
};

// Smallest threshold known to be enough, in grid steps: show a group iff noisy count >= threshold.
// Errors: kInvalidArgument unless delta is in (0, 1) and steps and groups are positive.
Result<std::int64_t> ReleaseThreshold(const GroupCounts& counts);

// What releasing those counts costs.
Measurement MeasurementOf(const GroupCounts& counts);

// Upper bound on P(X >= steps) for one draw X at kNoiseScale. Precondition: steps > 0.
double TailBound(Mechanism mechanism, std::int64_t steps);

}  // namespace concordat::dp
