#include "dp/scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/int128.h"
#include "dp/rounding.h"

namespace concordat::dp {
namespace {

// Largest r with r * r <= value.
std::uint64_t RootDown(Uint128 value) {
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::uint64_t>::max();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2 + 1;
    if (Uint128{middle} * middle <= value) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

std::uint64_t ScaleOfSum(std::uint64_t draws) {
  CHECK(draws >= 1 && draws <= kMostShares);
  return RootDown(Uint128{kNoiseScale} * kNoiseScale * draws);
}

std::uint64_t StepsFor(Rho rho, std::uint64_t scale) {
  CHECK(scale >= kNoiseScale && scale <= ScaleOfSum(kMostShares));
  if (!(rho.value > 0)) return 0;
  // K^2 <= 2 sigma^2 rho. sigma^2 is below 2^54: exact for one draw, where a product by a power of two is
  // too.
  double most = rho.value * (2.0 * static_cast<double>(scale) * static_cast<double>(scale));
  if (scale != kNoiseScale) most = Down(Down(most));
  if (most >= static_cast<double>(kMostSteps) * static_cast<double>(kMostSteps)) return kMostSteps;
  return RootDown(static_cast<Uint128>(most));
}

std::uint64_t StepsFor(Epsilon epsilon) {
  if (!(epsilon.value > 0)) return 0;
  const double most = epsilon.value * static_cast<double>(kNoiseScale);
  return most >= static_cast<double>(kMostSteps) ? kMostSteps : static_cast<std::uint64_t>(most);
}

std::uint64_t StepsForEach(Mechanism mechanism, std::uint64_t steps, std::uint64_t coordinates) {
  CHECK(coordinates > 0);
  if (mechanism == Mechanism::kDiscreteLaplace) return steps / coordinates;
  return RootDown(Uint128{steps} * steps / coordinates);
}

std::uint64_t SensitivityOf(Mechanism mechanism, std::uint64_t steps, std::uint64_t coordinates) {
  CHECK(steps <= kMostSteps && coordinates <= std::uint64_t{1} << 32);
  if (mechanism == Mechanism::kDiscreteLaplace) return steps * coordinates;
  const Uint128 square = Uint128{steps} * steps * coordinates;
  const std::uint64_t root = RootDown(square);
  return Uint128{root} * root == square ? root : root + 1;
}

Rho RhoOf(const Measurement& measurement) {
  CHECK(measurement.scale > 0);
  const double ratio =
      Up(static_cast<double>(measurement.sensitivity) / static_cast<double>(measurement.scale));
  return {Up(Up(ratio * ratio / 2) * measurement.times)};
}

Epsilon PureEpsilonOf(const Measurement& measurement) {
  CHECK(measurement.scale > 0);
  if (measurement.mechanism != Mechanism::kDiscreteLaplace) return {std::numeric_limits<double>::infinity()};
  const double ratio =
      Up(static_cast<double>(measurement.sensitivity) / static_cast<double>(measurement.scale));
  return {Up(ratio * measurement.times)};
}

}  // namespace concordat::dp
