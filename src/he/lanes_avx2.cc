// Four residues at a time; what is left over, and what vectors of this kind do no better, goes to the scalar
// kernel.
#include <cstring>

#include "he/avx2.h"
#include "he/lanes_kernel.h"

namespace concordat::he {

#if defined(__x86_64__)
namespace {

using namespace avx2;

std::size_t Fours(std::size_t size) { return size / kLanes * kLanes; }

CONCORDAT_AVX2 __m256i LoadWords(const std::uint64_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
CONCORDAT_AVX2 void StoreWords(std::uint64_t* to, __m256i words) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), words);
}
CONCORDAT_AVX2 __m256i All(std::uint64_t value) { return _mm256_set1_epi64x(static_cast<long long>(value)); }

// From [-q, q) to [0, q).
CONCORDAT_AVX2 __m256i Lifted(__m256i value, __m256i q) {
  const __m256i negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), value);
  return _mm256_add_epi64(value, _mm256_and_si256(negative, q));
}

CONCORDAT_AVX2_TARGET void Add(Row sum, ConstRow other, const Modulus& modulus) {
  const std::size_t fours = Fours(sum.size());
  const __m256i q = All(modulus.value());
  for (std::size_t i = 0; i < fours; i += kLanes) {
    const __m256i total = _mm256_add_epi64(LoadWords(&sum[i]), LoadWords(&other[i]));
    StoreWords(&sum[i], Lifted(_mm256_sub_epi64(total, q), q));
  }
  kScalarLanes.add(sum.subspan(fours), other.subspan(fours), modulus);
}

CONCORDAT_AVX2_TARGET void Subtract(Row difference, ConstRow other, const Modulus& modulus) {
  const std::size_t fours = Fours(difference.size());
  const __m256i q = All(modulus.value());
  for (std::size_t i = 0; i < fours; i += kLanes) {
    const __m256i less = _mm256_sub_epi64(LoadWords(&difference[i]), LoadWords(&other[i]));
    StoreWords(&difference[i], Lifted(less, q));
  }
  kScalarLanes.subtract(difference.subspan(fours), other.subspan(fours), modulus);
}

// Both factors are residues in [0, q); one is balanced first.
CONCORDAT_AVX2_TARGET void Multiply(Row product, ConstRow a, ConstRow b, const Modulus& modulus) {
  const std::size_t fours = Fours(product.size());
  const Constants c = ConstantsOf(modulus.value());
  for (std::size_t i = 0; i < fours; i += kLanes) {
    const __m256d x = FromIntegers(Load(&a[i]), c), y = FromIntegers(Load(&b[i]), c);
    const __m256d above = _mm256_cmp_pd(y, c.half, _CMP_GT_OQ);
    const __m256d balanced = _mm256_sub_pd(y, _mm256_and_pd(above, c.q));
    Store(&product[i], Finished(Times(x, {balanced, _mm256_mul_pd(balanced, c.inverse)}, c), c));
  }
  kScalarLanes.multiply(product.subspan(fours), a.subspan(fours), b.subspan(fours), modulus);
}

CONCORDAT_AVX2_TARGET void AddSmall(Row sum, SmallRow small, const Modulus& modulus) {
  const std::size_t fours = Fours(sum.size());
  const __m256i q = All(modulus.value());
  for (std::size_t i = 0; i < fours; i += kLanes) {
    int bytes = 0;
    std::memcpy(&bytes, &small[i], sizeof bytes);
    const __m256i positive = Lifted(_mm256_cvtepi8_epi64(_mm_cvtsi32_si128(bytes)), q);
    const __m256i total = _mm256_add_epi64(LoadWords(&sum[i]), positive);
    StoreWords(&sum[i], Lifted(_mm256_sub_epi64(total, q), q));
  }
  kScalarLanes.add_small(sum.subspan(fours), small.subspan(fours), modulus);
}

// The factor at most q/2 away from zero, and it over q.
CONCORDAT_AVX2 Factor FactorOf(std::uint64_t factor, std::uint64_t q) {
  const double balanced = static_cast<double>(factor) - (factor > q / 2 ? static_cast<double>(q) : 0);
  return {_mm256_set1_pd(balanced), _mm256_set1_pd(balanced / static_cast<double>(q))};
}

// Words in two parts, of 32 bits each: each product is within 0.51 q.
CONCORDAT_AVX2_TARGET void AddScaled(Row sum, ConstRow words, std::uint64_t factor, const Modulus& modulus) {
  const std::size_t fours = Fours(sum.size());
  const std::uint64_t q = modulus.value();
  const Constants c = ConstantsOf(q);
  const Factor low = FactorOf(factor, q),
               high = FactorOf(modulus.Multiply(factor, std::uint64_t{1} << 32), q);
  const __m256i half = All(0xffffffff);
  for (std::size_t i = 0; i < fours; i += kLanes) {
    const __m256i word = LoadWords(&words[i]);
    const __m256d below = FromIntegers(_mm256_castsi256_pd(_mm256_and_si256(word, half)), c);
    const __m256d above = FromIntegers(_mm256_castsi256_pd(_mm256_srli_epi64(word, 32)), c);
    const __m256d scaled = _mm256_add_pd(Times(below, low, c), Times(above, high, c));
    Store(&sum[i], Finished(_mm256_add_pd(FromIntegers(Load(&sum[i]), c), scaled), c));
  }
  kScalarLanes.add_scaled(sum.subspan(fours), words.subspan(fours), factor, modulus);
}

// Ones are counted four bits at a time by a table, and added up by lane.
CONCORDAT_AVX2_TARGET void Centre(std::span<std::int8_t> out, ConstRow words) {
  const std::size_t fours = Fours(out.size());
  const __m256i mask = All((std::uint64_t{1} << kBinomialBits) - 1), nibble = _mm256_set1_epi8(15);
  const __m256i ones =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m256i middle = All(kBinomialBits / 2);
  const __m256i gather = _mm256_set1_epi64x(0x0800);
  for (std::size_t i = 0; i < fours; i += kLanes) {
    const __m256i word = _mm256_and_si256(LoadWords(&words[i]), mask);
    const __m256i low = _mm256_shuffle_epi8(ones, _mm256_and_si256(word, nibble));
    const __m256i high = _mm256_shuffle_epi8(ones, _mm256_and_si256(_mm256_srli_epi64(word, 4), nibble));
    const __m256i count = _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
    const __m256i centred = _mm256_sub_epi64(count, middle);
    // The lowest byte of each word, into the lowest two of its half.
    const __m256i bytes = _mm256_shuffle_epi8(centred, gather);
    const int four = _mm_cvtsi128_si32(
        _mm_unpacklo_epi16(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1)));
    std::memcpy(&out[i], &four, sizeof four);
  }
  kScalarLanes.centre(out.subspan(fours), words.subspan(fours));
}

// 49 bits are shifted as well by words.
void Pack(std::span<std::uint8_t> out, ConstRow residues) { kScalarLanes.pack(out, residues); }
bool Unpack(Row residues, ByteView bytes, const Modulus& modulus) {
  return kScalarLanes.unpack(residues, bytes, modulus);
}

}  // namespace

const Lanes kAvx2Lanes = {.add = Add,
                          .subtract = Subtract,
                          .multiply = Multiply,
                          .add_small = AddSmall,
                          .add_scaled = AddScaled,
                          .centre = Centre,
                          .pack = Pack,
                          .unpack = Unpack};

#else

const Lanes kAvx2Lanes = {};

#endif

}  // namespace concordat::he
