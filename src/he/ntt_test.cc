#include "he/ntt.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

namespace concordat::he {
namespace {

using Values = std::vector<std::uint64_t>;

std::vector<Kernel> Kernels() {
  std::vector<Kernel> kernels;
  for (const Kernel kernel : {Kernel::kScalar, Kernel::kAvx2, Kernel::kIfma}) {
    if (Supports(kernel)) kernels.push_back(kernel);
  }
  return kernels;
}

Values Random(std::mt19937_64& random, std::size_t n, std::uint64_t q) {
  Values values(n);
  for (std::uint64_t& value : values) value = random() % q;
  return values;
}

// Residues at the edges are where lazy sums would run over.
std::vector<Values> Edges(std::size_t n, std::uint64_t q) {
  Values alternating(n), falling(n);
  for (std::size_t i = 0; i < n; ++i) {
    alternating[i] = i % 2 == 0 ? 0 : q - 1;
    falling[i] = q - 1 - i;
  }
  return {Values(n, 0), Values(n, 1), Values(n, q - 1), alternating, falling};
}

std::uint64_t ValueAt(const Values& polynomial, std::uint64_t x, const Modulus& modulus) {
  std::uint64_t value = 0;
  for (auto term = polynomial.rbegin(); term != polynomial.rend(); ++term)
    value = modulus.Add(modulus.Multiply(value, x), *term);
  return value;
}

std::size_t ReverseBits(std::size_t value, int bits) {
  std::size_t reversed = 0;
  for (int i = 0; i < bits; ++i) reversed |= ((value >> i) & 1) << (bits - 1 - i);
  return reversed;
}

Values Forward(const Ntt& ntt, Values values) {
  ntt.Forward(values);
  return values;
}

Values Inverse(const Ntt& ntt, Values values) {
  ntt.Inverse(values);
  return values;
}

TEST(Ntt, IsThePolynomialsValuesAtOddPowersOfTheRoot) {
  std::mt19937_64 random(1);
  for (const Kernel kernel : Kernels()) {
    for (const std::size_t n : {16U, 32U, 64U, 1024U}) {
      for (const std::uint64_t q : kPrimes) {
        const Ntt ntt(Modulus(q), n, kernel);
        const Modulus& modulus = ntt.modulus();
        EXPECT_EQ(modulus.Power(ntt.root(), n), q - 1);
        std::vector<Values> cases = Edges(n, q);
        cases.push_back(Random(random, n, q));
        for (const Values& polynomial : cases) {
          const Values values = Forward(ntt, polynomial);
          for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t x = modulus.Power(ntt.root(), 2 * ReverseBits(i, std::countr_zero(n)) + 1);
            ASSERT_EQ(values[i], ValueAt(polynomial, x, modulus)) << n << " " << i;
          }
        }
      }
    }
  }
}

TEST(Ntt, ComesBackAndIsTheSameByEveryKernel) {
  std::mt19937_64 random(2);
  for (std::size_t n = 16; n <= kRingDegree; n *= 2) {
    for (const std::uint64_t q : kPrimes) {
      const Ntt scalar(Modulus(q), n, Kernel::kScalar);
      std::vector<Values> cases = Edges(n, q);
      for (int i = 0; i < 5; ++i) cases.push_back(Random(random, n, q));
      for (const Kernel kernel : Kernels()) {
        const Ntt ntt(Modulus(q), n, kernel);
        for (const Values& polynomial : cases) {
          const Values values = Forward(ntt, polynomial);
          EXPECT_EQ(values, Forward(scalar, polynomial));
          EXPECT_EQ(Inverse(ntt, values), polynomial);
          EXPECT_EQ(Inverse(ntt, polynomial), Inverse(scalar, polynomial));
        }
      }
    }
  }
}

// The product by place is the product in Z_q[X]/(X^n + 1): what passes X^n comes back with its sign turned.
TEST(Ntt, MultipliesPolynomials) {
  std::mt19937_64 random(3);
  for (const Kernel kernel : Kernels()) {
    const std::size_t n = 64;
    const Ntt ntt(Modulus(kPrimes[0]), n, kernel);
    const Modulus& modulus = ntt.modulus();
    const Values a = Random(random, n, modulus.value()), b = Random(random, n, modulus.value());
    Values expected(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const std::uint64_t term = modulus.Multiply(a[i], b[j]);
        std::uint64_t& place = expected[(i + j) % n];
        place = i + j < n ? modulus.Add(place, term) : modulus.Subtract(place, term);
      }
    }
    Values product = Forward(ntt, a);
    const Values other = Forward(ntt, b);
    for (std::size_t i = 0; i < n; ++i) product[i] = modulus.Multiply(product[i], other[i]);
    EXPECT_EQ(Inverse(ntt, product), expected);
  }
}

}  // namespace
}  // namespace concordat::he
