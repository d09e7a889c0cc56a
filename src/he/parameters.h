// The sets of parameters: n = 8192, ternary secrets, centred binomial errors, q a product of primes of 49
// bits.
//
// Sums and counts of several members are encrypted under a joint key (T64, T32), payloads of a private join
// under one member's own (P64). Plaintexts are integers modulo t, so sums wrap as machine integers do.
// Why they are safe, and how much noise they carry: he.proof.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "he/modulus.h"

namespace concordat::he {

// The numbers are those of the wire (docs/formats/lattice.md).
enum class Set : std::uint8_t { kT64 = 1, kT32 = 2, kP64 = 3 };

struct Parameters {
  std::string_view name;  // "T64"
  std::size_t primes;     // q is the product of so many of kPrimes, the first ones
  int plaintext_bits;     // t = 2^plaintext_bits
  bool threshold;         // under a joint key; else under one key
};
const Parameters& Of(Set set);

// Errors: kInvalidArgument: no set has this number.
Result<Set> SetOf(std::uint8_t number);

// 256 bits that a generator starts from.
using Seed = std::array<std::uint8_t, 32>;

// Values of a message and the set it is encrypted by: lengths follow from these alone.
struct Shape {
  Set set = Set::kT64;
  std::size_t values = 0;  // from 1 to kMostValues
};
inline constexpr std::size_t kMostValues = std::size_t{1} << 26;

}  // namespace concordat::he
