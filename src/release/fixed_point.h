// Real numbers as integers that sums of several members are made of: multiples of 2^-64 in 128 bits, so that
// adding them up is exact and no order of members changes a total. Decision:
// docs/adr/0009-fits-as-rounds-of-sums.md.
#pragma once

#include <cmath>
#include <optional>

#include "base/int128.h"

namespace concordat::release {

inline constexpr int kFractionBits = 64;
inline constexpr double kMostFixed = 0x1p55;  // of one member: 255 of them stay within 128 bits

// The nearest multiple; none for what is not finite or past kMostFixed on either side.
inline std::optional<Int128> ToFixed(double number) {
  if (!(std::abs(number) <= kMostFixed)) return std::nullopt;
  return static_cast<Int128>(std::nearbyint(std::ldexp(number, kFractionBits)));
}
inline double FromFixed(Int128 fixed) { return std::ldexp(static_cast<double>(fixed), -kFractionBits); }

}  // namespace concordat::release
