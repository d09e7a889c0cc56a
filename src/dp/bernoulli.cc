#include "dp/bernoulli.h"

#include <bit>

#include "base/check.h"

namespace concordat::dp {
namespace {

constexpr std::uint64_t kLargestBound = std::uint64_t{1} << 48;

// Algorithm 1 for an exponent of at most 1: the number of heads in a row, with chance g, g/2, g/3, ..., is
// even with probability exp(-g). A coin of g/k is a coin of g and one of 1/k.
bool BernoulliExpFraction(std::uint64_t numerator, std::uint64_t denominator, BitSource& bits) {
  if (!Bernoulli(numerator, denominator, bits)) return true;
  std::uint64_t k = 2;
  while (Bernoulli(numerator, denominator, bits) && Bernoulli(1, k, bits)) ++k;
  return k % 2 == 1;
}

}  // namespace

std::uint64_t UniformBelow(std::uint64_t bound, BitSource& bits) {
  CHECK(bound > 0 && bound <= kLargestBound);
  const int width = std::bit_width(bound - 1);
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  for (;;) {
    std::uint64_t candidate = 0;
    for (int have = 0; have < width; have += 16) candidate = candidate << 16 | bits.Take16();
    candidate &= mask;
    if (candidate < bound) return candidate;
  }
}

bool Bernoulli(std::uint64_t numerator, std::uint64_t denominator, BitSource& bits) {
  CHECK(numerator <= denominator && denominator > 0 && denominator < kLargestBound);
  for (;;) {
    numerator <<= 16;
    const std::uint64_t digit = numerator / denominator;
    const std::uint64_t drawn = bits.Take16();
    if (drawn != digit) return drawn < digit;
    numerator -= digit * denominator;
  }
}

bool BernoulliInverseE(BitSource& bits) {
  std::uint64_t k = 2;  // the first coin, of chance 1, always shows heads
  while (Bernoulli(1, k, bits)) ++k;
  return k % 2 == 1;
}

bool BernoulliExp(Uint128 numerator, std::uint64_t denominator, BitSource& bits) {
  CHECK(denominator > 0 && denominator < kLargestBound);
  while (numerator > denominator) {
    if (!BernoulliInverseE(bits)) return false;
    numerator -= denominator;
  }
  return BernoulliExpFraction(static_cast<std::uint64_t>(numerator), denominator, bits);
}

}  // namespace concordat::dp
