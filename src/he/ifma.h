// Eight residues at a time, by AVX-512's 52-bit multiply-add. For *_ifma.cc alone.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstdint>

#include "he/modulus.h"

namespace concordat::he::ifma {

#define CONCORDAT_IFMA_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512ifma")))
#define CONCORDAT_IFMA __attribute__((target("avx512f,avx512dq,avx512bw,avx512ifma"), always_inline)) inline

inline constexpr std::size_t kLanes = 8;

CONCORDAT_IFMA __m512i All(std::uint64_t value) { return _mm512_set1_epi64(static_cast<long long>(value)); }
CONCORDAT_IFMA __m512i Load(const std::uint64_t* from) { return _mm512_loadu_si512(from); }
CONCORDAT_IFMA void Store(std::uint64_t* to, __m512i value) { _mm512_storeu_si512(to, value); }
CONCORDAT_IFMA __m512i Index(const std::array<std::uint64_t, kLanes>& places) {
  return _mm512_load_si512(places.data());
}

struct Constants {
  __m512i q, two_q, four_q, minus_q, mask, zero;
};

CONCORDAT_IFMA Constants ConstantsOf(std::uint64_t q) {
  constexpr std::uint64_t kTwo52 = std::uint64_t{1} << 52;
  return {All(q), All(2 * q), All(4 * q), All(kTwo52 - q), All(kTwo52 - 1), _mm512_setzero_si512()};
}

// From [0, 2m) to [0, m): what wrapped around is the larger.
CONCORDAT_IFMA __m512i Once(__m512i value, __m512i m) {
  return _mm512_min_epu64(value, _mm512_sub_epi64(value, m));
}

// A constant factor w, and floor(2^52 w / q).
struct Factor {
  __m512i value, quotient;
};

// w x modulo q, in [0, 2q), of x below 2^52: adding the low half of a multiple of 2^52 - q is subtracting
// that of q, modulo 2^52.
CONCORDAT_IFMA __m512i Times(__m512i x, const Factor& factor, const Constants& c) {
  const __m512i high = _mm512_madd52hi_epu64(c.zero, x, factor.quotient);
  const __m512i product = _mm512_madd52lo_epu64(c.zero, x, factor.value);
  return _mm512_and_si512(_mm512_madd52lo_epu64(product, high, c.minus_q), c.mask);
}

}  // namespace concordat::he::ifma

#endif
