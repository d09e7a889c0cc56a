// One noise scale for every question; the sensitivity in grid steps carries the privacy parameter.
//
// An answer is an integer on a grid. What one unit may add to it is K steps, and K is chosen from rho or
// epsilon, so sigma and b never change and all noise can be drawn ahead of need. Decision:
// docs/adr/0002-one-noise-scale.md.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::dp {

// Grid steps: sigma of the discrete Gaussian, b of the discrete Laplace.
inline constexpr std::uint64_t kNoiseScale = std::uint64_t{1} << 20;

// The most a unit may move one answer: 2^26 steps are rho 2048 or epsilon 64, past any meaning of privacy.
// Larger parameters get this many steps, which charges less than was asked.
inline constexpr std::uint64_t kMostSteps = std::uint64_t{1} << 26;

// sigma of the sum of so many independent draws, rounded down: floor(2^20 sqrt(draws)). Their sum is a
// discrete Gaussian of that sigma but for a factor that nobody will ever see: shares.proof.md. Precondition:
// 1 to kMostShares draws.
inline constexpr std::uint64_t kMostShares = 10'000;
std::uint64_t ScaleOfSum(std::uint64_t draws);

// K, the L2 sensitivity in steps that `rho` pays for where sigma is `scale`: the largest with K^2 / (2
// sigma^2)
// <= rho. 0 if rho buys none. Precondition: a scale of ScaleOfSum.
std::uint64_t StepsFor(Rho rho, std::uint64_t scale = kNoiseScale);
// K, the L1 sensitivity in steps that `epsilon` pays for under Laplace noise: the largest with K / b <=
// epsilon.
std::uint64_t StepsFor(Epsilon epsilon);

// Steps for each of `coordinates` values that one unit may move at once, out of `steps` for the whole vector:
// over sqrt(coordinates) for Gaussian noise, over coordinates for Laplace, rounded down.
std::uint64_t StepsForEach(Mechanism mechanism, std::uint64_t steps, std::uint64_t coordinates);
// The way back: sensitivity of a vector in which one unit moves `coordinates` values by `steps` each, rounded
// up. SensitivityOf(m, StepsForEach(m, s, n), n) <= s. Precondition: steps <= kMostSteps, coordinates <=
// 2^32.
std::uint64_t SensitivityOf(Mechanism mechanism, std::uint64_t steps, std::uint64_t coordinates);

// zCDP of all releases of `measurement`, rounded up; a Laplace measurement counts epsilon^2 / 2 a release
// (Bun and Steinke 2016, Proposition 1.4). Threshold deltas are not in it.
Rho RhoOf(const Measurement& measurement);
// Pure epsilon of all releases of a Laplace measurement, rounded up. Infinite for a Gaussian one.
Epsilon PureEpsilonOf(const Measurement& measurement);

}  // namespace concordat::dp
