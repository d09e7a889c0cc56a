// The negacyclic number-theoretic transform: Z_q[X]/(X^n + 1) to n copies of Z_q, where products are by
// place.
//
// Value i of the transform of a is a(psi^(2 brv(i) + 1)), psi being a primitive 2n-th root of unity modulo q
// and brv the reversal of i's bits. Sources: Longa and Naehrig, "Speeding up the Number Theoretic Transform
// for Faster Ideal Lattice-Based Cryptography" (2016), algorithms 1 and 2; Harvey, "Faster arithmetic for
// number-theoretic transforms" (2014), for the lazy butterflies. In constant time: what is done depends on n.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "he/modulus.h"

namespace concordat::he {

// Ways to compute the same: plain C++, AVX2 with doubles, AVX-512 with its 52-bit products.
enum class Kernel { kScalar, kAvx2, kIfma };
bool Supports(Kernel kernel);  // this machine's processor
Kernel BestKernel();

// A constant factor w and floor(w 2^k / q), k being 64 for the scalar kernel and 52 for IFMA: Shoup's trick.
// For AVX2, the bits of two doubles: w at most q/2 away from zero, and w / q.
struct Twiddles {
  std::vector<std::uint64_t> factor, quotient;
};

// Threading: const calls from any thread.
class Ntt {
 public:
  // Precondition (CHECK): n a power of two from 16 to kRingDegree, q a prime that is 1 modulo 2n, the kernel
  // supported.
  Ntt(const Modulus& modulus, std::size_t n, Kernel kernel = BestKernel());

  // In place, n residues in [0, q) each way.
  void Forward(std::span<std::uint64_t> values) const;
  void Inverse(std::span<std::uint64_t> values) const;

  const Modulus& modulus() const { return modulus_; }
  std::size_t n() const { return n_; }
  std::uint64_t root() const { return root_; }  // psi
  Kernel kernel() const { return kernel_; }

 private:
  Modulus modulus_;
  std::size_t n_;
  Kernel kernel_;
  std::uint64_t root_;
  // Entry m + i belongs to block i of the stage with m blocks.
  Twiddles forward_, inverse_;
  Twiddles scale_;  // one entry: 1 / n
};

// The least c^((q-1)/order), c = 2, 3, ..., that is a primitive root of unity of that order, a power of two.
std::uint64_t PrimitiveRoot(const Modulus& modulus, std::uint64_t order);

}  // namespace concordat::he
