#include "dp/shares.h"

#include "base/check.h"
#include "base/mutation.h"
#include "dp/scale.h"

namespace concordat::dp {

std::uint64_t NoiseShare::OfOne(std::uint64_t steps) const {
  if (Mutated("owners_not_counted")) return steps;
  return StepsForEach(mechanism, steps, owners);
}

std::uint64_t NoiseShare::OfAll(std::uint64_t sensitivity) const {
  if (Mutated("owners_not_counted")) return sensitivity;
  return SensitivityOf(mechanism, sensitivity, owners);
}

std::uint64_t NoiseShare::StepsFor(Rho rho) const {
  CHECK(mechanism == Mechanism::kDiscreteGaussian);
  return OfOne(dp::StepsFor(rho, scale));
}

// A unit that is with one owner alone is hidden by all draws that can be counted on. One that is with several
// is hidden, in each one's part, by that one's own draw; the sum says no more than the parts do. Pure epsilon
// counts on one draw as well: a sum of Laplace draws is no Laplace draw, and what others add does no harm.
NoiseShare ShareOf(Mechanism mechanism, const Owners& owners) {
  NoiseShare share{.mechanism = mechanism,
                   .scale = kNoiseScale,
                   .owners = owners.disjoint ? 1 : owners.all,
                   .draws = owners.all};
  const std::uint64_t counted = Mutated("honest_overcounted") ? owners.all : owners.honest;
  const bool together = owners.disjoint && !owners.seen && mechanism == Mechanism::kDiscreteGaussian;
  if (together) share.scale = ScaleOfSum(counted);
  return share;
}

}  // namespace concordat::dp
