#include "he/modulus.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <vector>

namespace concordat::he {
namespace {

using Wide = unsigned __int128;

std::uint64_t PowerOf(Wide base, std::uint64_t exponent, std::uint64_t q) {
  Wide power = 1;
  for (; exponent > 0; exponent >>= 1, base = base * base % q) {
    if (exponent & 1) power = power * base % q;
  }
  return static_cast<std::uint64_t>(power);
}

// Miller and Rabin's test with the first twelve primes decides below 3.1e23.
// Source: Sorenson and Webster, "Strong pseudoprimes to twelve prime bases" (2015).
bool IsPrime(std::uint64_t q) {
  const int twos = std::countr_zero(q - 1);
  for (const std::uint64_t witness : {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37}) {
    Wide power = PowerOf(witness, (q - 1) >> twos, q);
    bool passes = power == 1 || power == q - 1;
    for (int i = 1; i < twos && !passes; ++i) {
      power = power * power % q;
      passes = power == q - 1;
    }
    if (!passes) return false;
  }
  return true;
}

TEST(Primes, AreTheFourLargestOfTheirKind) {
  std::size_t found = 0;
  const std::uint64_t step = 2 * kRingDegree;
  for (std::uint64_t q = (std::uint64_t{1} << kModulusBits) - step + 1; found < kPrimes.size(); q -= step) {
    if (IsPrime(q)) EXPECT_EQ(q, kPrimes[found++]);
  }
}

TEST(Modulus, ComputesAsTheDefinitionDoes) {
  std::mt19937_64 random(7);
  constexpr std::uint64_t kLeast = std::uint64_t{1} << (kModulusBits - 1);
  // Estimated quotients are furthest off for q that are not prime, near 2^48.
  std::vector<std::uint64_t> moduli(kPrimes.begin(), kPrimes.end());
  moduli.insert(moduli.end(), {kLeast + 1, kLeast + 3, 2 * kLeast - 1});
  for (int i = 0; i < 20; ++i) moduli.push_back(kLeast | (random() % kLeast) | 1);
  for (const std::uint64_t q : moduli) {
    const Modulus modulus(q);
    std::vector<std::uint64_t> values = {0, 1, 2, q / 2, q / 2 + 1, q - 2, q - 1};
    for (int i = 0; i < 100; ++i) values.push_back(random() % q);
    for (int i = 0; i < 100; ++i) values.push_back(q - 1 - random() % (q >> 10));
    for (const std::uint64_t a : values) {
      for (const std::uint64_t b : values) {
        ASSERT_EQ(modulus.Add(a, b), (a + b) % q);
        ASSERT_EQ(modulus.Subtract(a, b), (a + q - b) % q);
        ASSERT_EQ(modulus.Multiply(a, b), static_cast<std::uint64_t>(Wide{a} * b % q));
      }
      EXPECT_EQ(modulus.Negate(a), (q - a) % q);
      EXPECT_EQ(modulus.Power(a, 12345), PowerOf(a, 12345, q));
      if (a != 0 && IsPrime(q)) EXPECT_EQ(modulus.Multiply(a, modulus.Inverse(a)), 1U);
    }
  }
}

TEST(ModulusDeathTest, TakesNoOtherWidth) {
  EXPECT_DEATH(Modulus(std::uint64_t{1} << 49), "must hold");
  EXPECT_DEATH(Modulus((std::uint64_t{1} << 48) - 1), "must hold");
}

}  // namespace
}  // namespace concordat::he
