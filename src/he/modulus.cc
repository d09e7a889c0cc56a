#include "he/modulus.h"

#include "base/check.h"

namespace concordat::he {
namespace {

using Wide = unsigned __int128;

}  // namespace

Modulus::Modulus(std::uint64_t q) : q_(q) {
  CHECK(q >> (kModulusBits - 1) == 1 && q % 2 == 1);
  inverse_ = static_cast<std::uint64_t>((Wide{1} << (2 * kModulusBits)) / q);
}

// The estimate of the quotient is too small by two at most, so twice a subtraction of q is enough.
std::uint64_t Modulus::Multiply(std::uint64_t a, std::uint64_t b) const {
  const Wide product = Wide{a} * b;
  const auto high = static_cast<std::uint64_t>(product >> (kModulusBits - 1));
  const auto quotient = static_cast<std::uint64_t>((Wide{high} * inverse_) >> (kModulusBits + 1));
  const std::uint64_t rest = static_cast<std::uint64_t>(product) - quotient * q_;
  return Once(Once(rest));
}

std::uint64_t Modulus::Power(std::uint64_t base, std::uint64_t exponent) const {
  std::uint64_t power = 1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) power = Multiply(power, base);
    base = Multiply(base, base);
  }
  return power;
}

}  // namespace concordat::he
