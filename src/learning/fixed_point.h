// Numbers of a round as the integers that members sum: adding those up is exact, and no order of members
// changes a total. Decision: docs/adr/0009-fits-as-rounds-of-sums.md.
//
// As a rule a number is a multiple of 2^-64 in an integer of its own. Numbers that are known to be whole
// multiples of a unit, and how large all members together make them, lie side by side in one: slot i of
// b_i bits begins where slot i - 1 ends, and the integer is the sum of each multiple times 2^(where its slot
// begins). Multiples may be negative and then borrow from the slot above. Taking slots off from below, each
// read as a signed number of b_i bits and taken away before what is left is shifted, gives the multiples
// back as long as each is within ±(2^(b_i - 1) - 1): of a total, if the totals are. So a method sees to it
// that no number's total over all members leaves its slot. What a member sends that does not keep to that
// spoils totals, as any wrong number does, and nothing else.
#pragma once

#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "base/int128.h"
#include "base/result.h"

namespace concordat::learning {

inline constexpr int kFractionBits = 64;
inline constexpr double kMostFixed = 0x1p55;  // of one member: 255 of them stay within 128 bits

// The nearest multiple; none for what is not finite or past kMostFixed on either side.
inline std::optional<Int128> ToFixed(double number) {
  if (!(std::abs(number) <= kMostFixed)) return std::nullopt;
  return static_cast<Int128>(std::nearbyint(std::ldexp(number, kFractionBits)));
}
inline double FromFixed(Int128 fixed) { return std::ldexp(static_cast<double>(fixed), -kFractionBits); }

struct Slot {
  double unit = 1;  // a power of two
  int bits = 64;    // 2 to 64
};
// Of each integer of a round, from its lowest bits; together 128 bits at most. None: each number by itself.
using Slots = std::vector<Slot>;

// How many integers so many numbers take. Precondition of both: numbers fill all slots.
inline std::size_t IntegersOf(const Slots& slots, std::size_t numbers) {
  return slots.empty() ? numbers : numbers / slots.size();
}
// Errors: kResourceExhausted: a number is larger than sums or its slot can hold; kInternal: not a multiple of
// its slot's unit.
Result<std::vector<Int128>> ToIntegers(const Slots& slots, std::span<const double> numbers);
// Of a total the numbers; of what is none, numbers within their slots all the same.
std::vector<double> FromIntegers(const Slots& slots, std::span<const Int128> integers);

}  // namespace concordat::learning
