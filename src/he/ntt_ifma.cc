// Eight residues at a time, by AVX-512's 52-bit multiply-add. Values stay below 4q < 2^51.
#include <array>

#include "base/check.h"
#include "he/ntt_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace concordat::he {
namespace {

#define CONCORDAT_IFMA __attribute__((target("avx512f,avx512ifma"), always_inline)) inline

constexpr std::size_t kLanes = 8;

// Where the 16 residues of two vectors go for butterflies of halves 4, 2 and 1, and back. Bit 3 of an index
// says which of two vectors it is in.
struct Places {
  alignas(64) std::array<std::uint64_t, kLanes> first{}, second{}, low{}, high{}, factor{};
};

constexpr Places PlacesOf(std::size_t half) {
  Places places;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::size_t block = lane / half, within = lane % half;
    places.first[lane] = 2 * block * half + within;
    places.second[lane] = 2 * block * half + within + half;
    places.factor[lane] = block;
  }
  for (std::size_t place = 0; place < 2 * kLanes; ++place) {
    const std::size_t block = place / (2 * half), within = place % (2 * half);
    const std::size_t lane = block * half + within % half + (within < half ? 0 : kLanes);
    (place < kLanes ? places.low : places.high)[place % kLanes] = lane;
  }
  return places;
}

constexpr Places kFours = PlacesOf(4), kTwos = PlacesOf(2), kOnes = PlacesOf(1);

struct Constants {
  __m512i q, two_q, zero, mask;
};

CONCORDAT_IFMA Constants ConstantsOf(std::uint64_t q) {
  const auto modulus = static_cast<long long>(q);
  return {_mm512_set1_epi64(modulus), _mm512_set1_epi64(2 * modulus), _mm512_setzero_si512(),
          _mm512_set1_epi64((1LL << 52) - 1)};
}

CONCORDAT_IFMA __m512i Load(const std::uint64_t* from) { return _mm512_loadu_si512(from); }
CONCORDAT_IFMA void Store(std::uint64_t* to, __m512i value) { _mm512_storeu_si512(to, value); }
CONCORDAT_IFMA __m512i Index(const std::array<std::uint64_t, kLanes>& places) {
  return _mm512_load_si512(places.data());
}

// From [0, 2m) to [0, m): what wrapped around is the larger.
CONCORDAT_IFMA __m512i Once(__m512i value, __m512i m) {
  return _mm512_min_epu64(value, _mm512_sub_epi64(value, m));
}

// w x modulo q, in [0, 2q), of x below 2^52.
CONCORDAT_IFMA __m512i Times(__m512i x, __m512i factor, __m512i quotient, const Constants& c) {
  const __m512i high = _mm512_madd52hi_epu64(c.zero, x, quotient);
  const __m512i product = _mm512_madd52lo_epu64(c.zero, x, factor);
  return _mm512_and_si512(_mm512_sub_epi64(product, _mm512_madd52lo_epu64(c.zero, high, c.q)), c.mask);
}

struct Pair {
  __m512i first, second;
};

CONCORDAT_IFMA Pair ForwardButterfly(Pair in, __m512i factor, __m512i quotient, const Constants& c) {
  const __m512i first = Once(in.first, c.two_q);
  const __m512i second = Times(in.second, factor, quotient, c);
  return {_mm512_add_epi64(first, second), _mm512_sub_epi64(_mm512_add_epi64(first, c.two_q), second)};
}

CONCORDAT_IFMA Pair InverseButterfly(Pair in, __m512i factor, __m512i quotient, const Constants& c) {
  const __m512i difference = _mm512_sub_epi64(_mm512_add_epi64(in.first, c.two_q), in.second);
  return {Once(_mm512_add_epi64(in.first, in.second), c.two_q), Times(difference, factor, quotient, c)};
}

// One stage within two vectors. `at` is the index of the first block's factor; never are more than eight
// read.
template <bool kForward>
CONCORDAT_IFMA Pair Inside(Pair in, const Places& places, const Twiddles& twiddles, std::size_t at,
                           const Constants& c) {
  const auto lanes = static_cast<__mmask8>((1U << (places.factor[kLanes - 1] + 1)) - 1);
  const __m512i spread = Index(places.factor);
  const __m512i factor =
      _mm512_permutexvar_epi64(spread, _mm512_maskz_loadu_epi64(lanes, twiddles.factor.data() + at));
  const __m512i quotient =
      _mm512_permutexvar_epi64(spread, _mm512_maskz_loadu_epi64(lanes, twiddles.quotient.data() + at));
  const Pair parted = {_mm512_permutex2var_epi64(in.first, Index(places.first), in.second),
                       _mm512_permutex2var_epi64(in.first, Index(places.second), in.second)};
  const Pair out = kForward ? ForwardButterfly(parted, factor, quotient, c)
                            : InverseButterfly(parted, factor, quotient, c);
  return {_mm512_permutex2var_epi64(out.first, Index(places.low), out.second),
          _mm512_permutex2var_epi64(out.first, Index(places.high), out.second)};
}

// The stages of halves of eight and more.
template <bool kForward>
CONCORDAT_IFMA void Across(std::uint64_t* values, std::size_t blocks, std::size_t half,
                           const Twiddles& twiddles, const Constants& c) {
  for (std::size_t block = 0; block < blocks; ++block) {
    const __m512i factor = _mm512_set1_epi64(static_cast<long long>(twiddles.factor[blocks + block]));
    const __m512i quotient = _mm512_set1_epi64(static_cast<long long>(twiddles.quotient[blocks + block]));
    std::uint64_t* const first = values + 2 * block * half;
    std::uint64_t* const second = first + half;
    for (std::size_t i = 0; i < half; i += kLanes) {
      const Pair in = {Load(first + i), Load(second + i)};
      const Pair out =
          kForward ? ForwardButterfly(in, factor, quotient, c) : InverseButterfly(in, factor, quotient, c);
      Store(first + i, out.first);
      Store(second + i, out.second);
    }
  }
}

}  // namespace

__attribute__((target("avx512f,avx512ifma"))) void ForwardIfma(std::span<std::uint64_t> values,
                                                               const NttTables& tables) {
  const Constants c = ConstantsOf(tables.q);
  const std::size_t n = values.size();
  for (std::size_t blocks = 1; blocks < n / kLanes; blocks *= 2)
    Across<true>(values.data(), blocks, n / (2 * blocks), tables.factors, c);
  for (std::size_t i = 0; i < n; i += 2 * kLanes) {
    Pair pair = {Load(values.data() + i), Load(values.data() + i + kLanes)};
    pair = Inside<true>(pair, kFours, tables.factors, (n + i) / 8, c);
    pair = Inside<true>(pair, kTwos, tables.factors, (n + i) / 4, c);
    pair = Inside<true>(pair, kOnes, tables.factors, (n + i) / 2, c);
    Store(values.data() + i, Once(Once(pair.first, c.two_q), c.q));
    Store(values.data() + i + kLanes, Once(Once(pair.second, c.two_q), c.q));
  }
}

__attribute__((target("avx512f,avx512ifma"))) void InverseIfma(std::span<std::uint64_t> values,
                                                               const NttTables& tables) {
  const Constants c = ConstantsOf(tables.q);
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n; i += 2 * kLanes) {
    Pair pair = {Load(values.data() + i), Load(values.data() + i + kLanes)};
    pair = Inside<false>(pair, kOnes, tables.factors, (n + i) / 2, c);
    pair = Inside<false>(pair, kTwos, tables.factors, (n + i) / 4, c);
    pair = Inside<false>(pair, kFours, tables.factors, (n + i) / 8, c);
    Store(values.data() + i, pair.first);
    Store(values.data() + i + kLanes, pair.second);
  }
  for (std::size_t blocks = n / (2 * kLanes); blocks > 0; blocks /= 2)
    Across<false>(values.data(), blocks, n / (2 * blocks), tables.factors, c);
  const __m512i factor = _mm512_set1_epi64(static_cast<long long>(tables.scale.factor[0]));
  const __m512i quotient = _mm512_set1_epi64(static_cast<long long>(tables.scale.quotient[0]));
  for (std::size_t i = 0; i < n; i += kLanes)
    Store(values.data() + i, Once(Times(Load(values.data() + i), factor, quotient, c), c.q));
}

}  // namespace concordat::he

#else

namespace concordat::he {

void ForwardIfma(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }
void InverseIfma(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }

}  // namespace concordat::he

#endif
