// Four residues at a time, as doubles that hold integers below 2^53 exactly: a product is its rounded double
// and, by fused multiply-add, the rest. Residues are balanced around zero. For *_avx2.cc alone.
// Source: van der Hoeven, Lecerf and Quintin, "Modular SIMD arithmetic in Mathemagic" (2016), section 3.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

namespace concordat::he::avx2 {

#define CONCORDAT_AVX2_TARGET __attribute__((target("avx2,fma")))
#define CONCORDAT_AVX2 __attribute__((target("avx2,fma"), always_inline)) inline

inline constexpr std::size_t kLanes = 4;
inline constexpr int kRoundToNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

struct Constants {
  __m256d q, inverse, half, zero, two52;
};

CONCORDAT_AVX2 Constants ConstantsOf(std::uint64_t q) {
  const auto real = static_cast<double>(q);
  return {_mm256_set1_pd(real), _mm256_set1_pd(1 / real), _mm256_set1_pd(real / 2), _mm256_setzero_pd(),
          _mm256_set1_pd(4503599627370496.0)};
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
  return _mm256_fnmadd_pd(_mm256_round_pd(_mm256_mul_pd(value, c.inverse), kRoundToNearest), c.q, value);
}

// In [0, q), as integers again.
CONCORDAT_AVX2 __m256d Finished(__m256d value, const Constants& c) {
  const __m256d balanced = Balance(value, c);
  const __m256d negative = _mm256_cmp_pd(balanced, c.zero, _CMP_LT_OQ);
  return ToIntegers(_mm256_add_pd(balanced, _mm256_and_pd(negative, c.q)), c);
}

// A factor at most q/2 away from zero, and it over q.
struct Factor {
  __m256d value, quotient;
};

// The product's residue, within (1/2 + 3b/32) q for |y| <= b q: the quotient y w / q is at most b 2^48, three
// roundings err by 3 * 2^-53 of it, 3b/32, and rounding to an integer by half.
CONCORDAT_AVX2 __m256d Times(__m256d y, const Factor& factor, const Constants& c) {
  const __m256d high = _mm256_mul_pd(y, factor.value);
  const __m256d low = _mm256_fmsub_pd(y, factor.value, high);
  const __m256d times = _mm256_round_pd(_mm256_mul_pd(y, factor.quotient), kRoundToNearest);
  return _mm256_add_pd(_mm256_fnmadd_pd(times, c.q, high), low);
}

}  // namespace concordat::he::avx2

#endif
