// Arithmetic modulo a prime of 49 bits. In constant time: no branch, no index, no division depends on a
// value.
//
// 49 bits, because they leave room for lazy sums in AVX-512 IFMA's 52-bit products and in the 53 bits of a
// double; and q = 1 modulo 2n, so that the ring Z_q[X]/(X^n + 1) has a number-theoretic transform.
#pragma once

#include <array>
#include <cstdint>

namespace concordat::he {

inline constexpr std::size_t kRingDegree = 8192;  // n
inline constexpr int kModulusBits = 49;

// The four largest primes below 2^49 that are 1 modulo 2n, largest first.
inline constexpr std::array<std::uint64_t, 4> kPrimes = {0x1fffffff74001, 0x1fffffff68001, 0x1fffffff50001,
                                                         0x1ffffffee8001};

// Residues are in [0, q); every argument must be.
class Modulus {
 public:
  // Precondition (CHECK): 2^48 < q < 2^49, odd. That it is prime is for the caller to know.
  explicit Modulus(std::uint64_t q);

  std::uint64_t value() const { return q_; }
  std::uint64_t Add(std::uint64_t a, std::uint64_t b) const { return Once(a + b); }
  std::uint64_t Subtract(std::uint64_t a, std::uint64_t b) const { return Once(a + q_ - b); }
  std::uint64_t Negate(std::uint64_t a) const { return Once(q_ - a); }
  // Barrett reduction. Source: Menezes, van Oorschot, Vanstone, "Handbook of Applied Cryptography" (1996),
  // algorithm 14.42.
  std::uint64_t Multiply(std::uint64_t a, std::uint64_t b) const;
  // The exponent is public. q - 2 gives the inverse of anything but 0.
  std::uint64_t Power(std::uint64_t base, std::uint64_t exponent) const;
  std::uint64_t Inverse(std::uint64_t a) const { return Power(a, q_ - 2); }

 private:
  // From [0, 2q) to [0, q).
  std::uint64_t Once(std::uint64_t a) const {
    const std::uint64_t less = a - q_;
    return less + (q_ & (0 - (less >> 63)));
  }

  std::uint64_t q_;
  std::uint64_t inverse_;  // floor(2^98 / q)
};

}  // namespace concordat::he
