// How much noise there is, how much hides it, and whether there is room. The argument: he.proof.md.
#pragma once

#include <cstdint>

#include "base/int128.h"
#include "he/parameters.h"

namespace concordat::he {

// A sum of fresh encryptions under the joint key of so many parties.
struct SumNoise {
  std::size_t parties = 0;
  std::size_t contributions = 0;
};

// No coefficient of the noise is this far from zero, but with a chance below 2^-100 for each.
double NoiseBound(const SumNoise& noise);

// Noise that hides everything is uniform on [-2^(bits-1), 2^(bits-1)), so wide that with it and without the
// sum's own noise all coefficients together are within statistical distance 2^-48. From 64 to 128.
// Errors: kResourceExhausted: so much would not leave the sums readable.
Result<int> FloodingBits(const Shape& shape, const SumNoise& noise);

// The noise of a sum with every party's flooding, in the units of Decoded::distance: more is no honest sum.
// Precondition: FloodingBits has found room.
Uint128 DistanceBound(Set set, const SumNoise& noise, int flooding_bits);

// The same for encryptions under one key: far more than 2^26 selected values of 2^16 added sums have, far
// less than what is no encryption under this key has, but for a chance of 2^-10 a value.
Uint128 DistanceBound(Set set);

}  // namespace concordat::he
