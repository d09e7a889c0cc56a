// Four residues at a time, as doubles that hold integers below 2^53 exactly: a product is its rounded double
// and, by fused multiply-add, the rest. Residues are balanced around zero.
// Source: van der Hoeven, Lecerf and Quintin, "Modular SIMD arithmetic in Mathemagic" (2016), section 3.
//
// Bounds: a factor w is at most q/2 away from zero, so the quotient y w / q of |y| <= b q is at most b 2^48;
// three roundings err by 3 * 2^-53 of it, 3b/32, and rounding to an integer by half: a product is within
// (1/2 + 3b/32) q. Forward, b grows from 1 by as much each stage, to less than 15.1 after the 13 stages of
// n = 8192: within 2^53. Inverse, sums are balanced each stage, and b stays below 1.2.
#include "base/check.h"
#include "he/ntt_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace concordat::he {
namespace {

#define CONCORDAT_AVX2 __attribute__((target("avx2,fma"), always_inline)) inline

constexpr std::size_t kLanes = 4;
constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
constexpr double kTwo52 = 4503599627370496.0;

struct Constants {
  __m256d q, inverse, half, zero, two52;
};

CONCORDAT_AVX2 Constants ConstantsOf(std::uint64_t q) {
  const auto real = static_cast<double>(q);
  return {_mm256_set1_pd(real), _mm256_set1_pd(1 / real), _mm256_set1_pd(real / 2), _mm256_setzero_pd(),
          _mm256_set1_pd(kTwo52)};
}

CONCORDAT_AVX2 __m256d Load(const std::uint64_t* from) {
  return _mm256_loadu_pd(reinterpret_cast<const double*>(from));
}
CONCORDAT_AVX2 void Store(std::uint64_t* to, __m256d value) {
  _mm256_storeu_pd(reinterpret_cast<double*>(to), value);
}

// Integers below 2^52 and the doubles of their value: the bits of 2^52 + i are those of 2^52 and of i.
CONCORDAT_AVX2 __m256d FromIntegers(__m256d bits, const Constants& c) {
  return _mm256_sub_pd(_mm256_or_pd(bits, c.two52), c.two52);
}
CONCORDAT_AVX2 __m256d ToIntegers(__m256d value, const Constants& c) {
  return _mm256_xor_pd(_mm256_add_pd(value, c.two52), c.two52);
}

// The residue nearest to zero.
CONCORDAT_AVX2 __m256d Balance(__m256d value, const Constants& c) {
  return _mm256_fnmadd_pd(_mm256_round_pd(_mm256_mul_pd(value, c.inverse), kNearest), c.q, value);
}

// A factor, and it over q.
struct Factor {
  __m256d value, quotient;
};

CONCORDAT_AVX2 Factor FactorOf(__m256d bits, const Constants& c) {
  const __m256d value = FromIntegers(bits, c);
  const __m256d above = _mm256_cmp_pd(value, c.half, _CMP_GT_OQ);
  const __m256d balanced = _mm256_sub_pd(value, _mm256_and_pd(above, c.q));
  return {balanced, _mm256_mul_pd(balanced, c.inverse)};
}

CONCORDAT_AVX2 __m256d Times(__m256d y, const Factor& factor, const Constants& c) {
  const __m256d high = _mm256_mul_pd(y, factor.value);
  const __m256d low = _mm256_fmsub_pd(y, factor.value, high);
  const __m256d times = _mm256_round_pd(_mm256_mul_pd(y, factor.quotient), kNearest);
  return _mm256_add_pd(_mm256_fnmadd_pd(times, c.q, high), low);
}

struct Pair {
  __m256d first, second;
};

template <bool kForward>
CONCORDAT_AVX2 Pair Butterfly(Pair in, const Factor& factor, const Constants& c) {
  if constexpr (kForward) {
    const __m256d second = Times(in.second, factor, c);
    return {_mm256_add_pd(in.first, second), _mm256_sub_pd(in.first, second)};
  } else {
    return {Balance(_mm256_add_pd(in.first, in.second), c),
            Times(_mm256_sub_pd(in.first, in.second), factor, c)};
  }
}

// The stages of halves of four and more.
template <bool kForward>
CONCORDAT_AVX2 void Across(std::uint64_t* values, std::size_t blocks, std::size_t half,
                           const Twiddles& twiddles, const Constants& c) {
  for (std::size_t block = 0; block < blocks; ++block) {
    const auto bits = static_cast<long long>(twiddles.factor[blocks + block]);
    const Factor factor = FactorOf(_mm256_castsi256_pd(_mm256_set1_epi64x(bits)), c);
    std::uint64_t* const first = values + 2 * block * half;
    std::uint64_t* const second = first + half;
    for (std::size_t i = 0; i < half; i += kLanes) {
      const Pair out = Butterfly<kForward>({Load(first + i), Load(second + i)}, factor, c);
      Store(first + i, out.first);
      Store(second + i, out.second);
    }
  }
}

// Two blocks of half 2, then four of half 1, within two vectors; the factors' indices come before them.
template <bool kForward>
CONCORDAT_AVX2 Pair InTwos(Pair in, const std::uint64_t* factors, const Constants& c) {
  const __m256d two = _mm256_castpd128_pd256(_mm_loadu_pd(reinterpret_cast<const double*>(factors)));
  const Factor factor = FactorOf(_mm256_permute4x64_pd(two, 0b01'01'00'00), c);
  const Pair out = Butterfly<kForward>(
      {_mm256_permute2f128_pd(in.first, in.second, 0x20), _mm256_permute2f128_pd(in.first, in.second, 0x31)},
      factor, c);
  return {_mm256_permute2f128_pd(out.first, out.second, 0x20),
          _mm256_permute2f128_pd(out.first, out.second, 0x31)};
}

template <bool kForward>
CONCORDAT_AVX2 Pair InOnes(Pair in, const std::uint64_t* factors, const Constants& c) {
  const Factor factor = FactorOf(_mm256_permute4x64_pd(Load(factors), 0b11'01'10'00), c);
  const Pair out = Butterfly<kForward>(
      {_mm256_unpacklo_pd(in.first, in.second), _mm256_unpackhi_pd(in.first, in.second)}, factor, c);
  return {_mm256_unpacklo_pd(out.first, out.second), _mm256_unpackhi_pd(out.first, out.second)};
}

// In [0, q), as integers again.
CONCORDAT_AVX2 __m256d Finished(__m256d value, const Constants& c) {
  const __m256d balanced = Balance(value, c);
  const __m256d negative = _mm256_cmp_pd(balanced, c.zero, _CMP_LT_OQ);
  return ToIntegers(_mm256_add_pd(balanced, _mm256_and_pd(negative, c.q)), c);
}

}  // namespace

__attribute__((target("avx2,fma"))) void ForwardAvx2(std::span<std::uint64_t> values,
                                                     const NttTables& tables) {
  const Constants c = ConstantsOf(tables.q);
  const std::size_t n = values.size();
  std::uint64_t* const at = values.data();
  const std::uint64_t* const factors = tables.factors.factor.data();
  for (std::size_t i = 0; i < n; i += kLanes) Store(at + i, FromIntegers(Load(at + i), c));
  for (std::size_t blocks = 1; blocks < n / kLanes; blocks *= 2)
    Across<true>(at, blocks, n / (2 * blocks), tables.factors, c);
  for (std::size_t i = 0; i < n; i += 2 * kLanes) {
    Pair pair = {Load(at + i), Load(at + i + kLanes)};
    pair = InTwos<true>(pair, factors + (n + i) / 4, c);
    pair = InOnes<true>(pair, factors + (n + i) / 2, c);
    Store(at + i, Finished(pair.first, c));
    Store(at + i + kLanes, Finished(pair.second, c));
  }
}

__attribute__((target("avx2,fma"))) void InverseAvx2(std::span<std::uint64_t> values,
                                                     const NttTables& tables) {
  const Constants c = ConstantsOf(tables.q);
  const std::size_t n = values.size();
  std::uint64_t* const at = values.data();
  const std::uint64_t* const factors = tables.factors.factor.data();
  for (std::size_t i = 0; i < n; i += 2 * kLanes) {
    Pair pair = {FromIntegers(Load(at + i), c), FromIntegers(Load(at + i + kLanes), c)};
    pair = InOnes<false>(pair, factors + (n + i) / 2, c);
    pair = InTwos<false>(pair, factors + (n + i) / 4, c);
    Store(at + i, pair.first);
    Store(at + i + kLanes, pair.second);
  }
  for (std::size_t blocks = n / (2 * kLanes); blocks > 0; blocks /= 2)
    Across<false>(at, blocks, n / (2 * blocks), tables.factors, c);
  const auto bits = static_cast<long long>(tables.scale.factor[0]);
  const Factor scale = FactorOf(_mm256_castsi256_pd(_mm256_set1_epi64x(bits)), c);
  for (std::size_t i = 0; i < n; i += kLanes) Store(at + i, Finished(Times(Load(at + i), scale, c), c));
}

}  // namespace concordat::he

#else

namespace concordat::he {

void ForwardAvx2(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }
void InverseAvx2(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }

}  // namespace concordat::he

#endif
