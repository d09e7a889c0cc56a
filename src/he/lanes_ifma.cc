// Eight residues at a time; what is left over goes to the scalar kernel.
#include <cstring>

#include "base/check.h"
#include "he/ifma.h"
#include "he/lanes_kernel.h"

namespace concordat::he {

#if defined(__x86_64__)
namespace {

using namespace ifma;

using Wide = unsigned __int128;

// How many of a row are done eight at a time.
std::size_t Eights(std::size_t size) { return size / kLanes * kLanes; }

CONCORDAT_IFMA_TARGET void Add(Row sum, ConstRow other, const Modulus& modulus) {
  const std::size_t eights = Eights(sum.size());
  const __m512i q = All(modulus.value());
  for (std::size_t i = 0; i < eights; i += kLanes)
    Store(&sum[i], Once(_mm512_add_epi64(Load(&sum[i]), Load(&other[i])), q));
  kScalarLanes.add(sum.subspan(eights), other.subspan(eights), modulus);
}

CONCORDAT_IFMA_TARGET void Subtract(Row difference, ConstRow other, const Modulus& modulus) {
  const std::size_t eights = Eights(difference.size());
  const __m512i q = All(modulus.value());
  for (std::size_t i = 0; i < eights; i += kLanes) {
    const __m512i less = _mm512_sub_epi64(Load(&difference[i]), Load(&other[i]));
    Store(&difference[i], _mm512_min_epu64(less, _mm512_add_epi64(less, q)));
  }
  kScalarLanes.subtract(difference.subspan(eights), other.subspan(eights), modulus);
}

// Barrett's quotient, as Modulus::Multiply has it, from the product's two halves of 52 bits: its bits from
// 48 on, times four, times the inverse, less 52 bits.
CONCORDAT_IFMA_TARGET void Multiply(Row product, ConstRow a, ConstRow b, const Modulus& modulus) {
  const std::size_t eights = Eights(product.size());
  const Constants c = ConstantsOf(modulus.value());
  const __m512i inverse = All(static_cast<std::uint64_t>((Wide{1} << (2 * kModulusBits)) / modulus.value()));
  for (std::size_t i = 0; i < eights; i += kLanes) {
    const __m512i x = Load(&a[i]), y = Load(&b[i]);
    const __m512i high = _mm512_madd52hi_epu64(c.zero, x, y), low = _mm512_madd52lo_epu64(c.zero, x, y);
    const __m512i top =
        _mm512_or_si512(_mm512_slli_epi64(high, 6), _mm512_slli_epi64(_mm512_srli_epi64(low, 48), 2));
    const __m512i quotient = _mm512_madd52hi_epu64(c.zero, top, inverse);
    const __m512i rest = _mm512_and_si512(_mm512_madd52lo_epu64(low, quotient, c.minus_q), c.mask);
    Store(&product[i], Once(Once(rest, c.two_q), c.q));
  }
  kScalarLanes.multiply(product.subspan(eights), a.subspan(eights), b.subspan(eights), modulus);
}

CONCORDAT_IFMA_TARGET void AddSmall(Row sum, SmallRow small, const Modulus& modulus) {
  const std::size_t eights = Eights(sum.size());
  const __m512i q = All(modulus.value());
  for (std::size_t i = 0; i < eights; i += kLanes) {
    long long bytes;
    std::memcpy(&bytes, &small[i], sizeof bytes);
    const __m512i values = _mm512_cvtepi8_epi64(_mm_set_epi64x(0, bytes));
    const __m512i positive = _mm512_min_epu64(values, _mm512_add_epi64(values, q));
    Store(&sum[i], Once(_mm512_add_epi64(Load(&sum[i]), positive), q));
  }
  kScalarLanes.add_small(sum.subspan(eights), small.subspan(eights), modulus);
}

// Words in two parts, of 32 bits each.
CONCORDAT_IFMA_TARGET void AddScaled(Row sum, ConstRow words, std::uint64_t factor, const Modulus& modulus) {
  const std::size_t eights = Eights(sum.size());
  const std::uint64_t q = modulus.value();
  const Constants c = ConstantsOf(q);
  const auto factor_of = [q](std::uint64_t value) CONCORDAT_IFMA_TARGET -> Factor {
    return {All(value), All(static_cast<std::uint64_t>((Wide{value} << 52) / q))};
  };
  const Factor low = factor_of(factor), high = factor_of(modulus.Multiply(factor, std::uint64_t{1} << 32));
  const __m512i half = All(0xffffffff);
  for (std::size_t i = 0; i < eights; i += kLanes) {
    const __m512i word = Load(&words[i]);
    const __m512i scaled = _mm512_add_epi64(Times(_mm512_and_si512(word, half), low, c),
                                            Times(_mm512_srli_epi64(word, 32), high, c));
    const __m512i total = _mm512_add_epi64(Load(&sum[i]), Once(scaled, c.two_q));
    Store(&sum[i], Once(Once(total, c.two_q), c.q));
  }
  kScalarLanes.add_scaled(sum.subspan(eights), words.subspan(eights), factor, modulus);
}

// Ones are counted four bits at a time by a table, and added up by lane.
CONCORDAT_IFMA_TARGET void Centre(std::span<std::int8_t> out, ConstRow words) {
  const std::size_t eights = Eights(out.size());
  const __m512i mask = All((std::uint64_t{1} << kBinomialBits) - 1), nibble = _mm512_set1_epi8(15);
  const __m512i ones = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i middle = All(kBinomialBits / 2);
  for (std::size_t i = 0; i < eights; i += kLanes) {
    const __m512i word = _mm512_and_si512(Load(&words[i]), mask);
    const __m512i low = _mm512_shuffle_epi8(ones, _mm512_and_si512(word, nibble));
    const __m512i high = _mm512_shuffle_epi8(ones, _mm512_and_si512(_mm512_srli_epi64(word, 4), nibble));
    const __m512i count = _mm512_sad_epu8(_mm512_add_epi8(low, high), _mm512_setzero_si512());
    const __m128i bytes = _mm512_cvtepi64_epi8(_mm512_sub_epi64(count, middle));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(&out[i]), bytes);
  }
  kScalarLanes.centre(out.subspan(eights), words.subspan(eights));
}

// Eight residues are 49 bytes, seven words but for the last's seven bytes. Word w of them has the end of
// residue 64 w / 49 and the beginnings of the next two.
struct Packing {
  alignas(64) std::array<std::uint64_t, kLanes> lane{};
  alignas(64) std::array<std::uint64_t, kLanes> shift{};
};

constexpr Packing LaneOf(std::size_t next) {
  Packing packing;
  for (std::size_t word = 0; word < 7; ++word) {
    const std::size_t lane = 64 * word / kModulusBits + next;
    packing.lane[word] = lane % kLanes;
    // To the right for the first, to the left for the others; 64 and more leave nothing.
    packing.shift[word] = lane >= kLanes ? 64
                          : next == 0    ? 64 * word - kModulusBits * lane
                                         : kModulusBits * lane - 64 * word;
  }
  packing.shift[7] = 64;
  return packing;
}
constexpr Packing kEnds = LaneOf(0), kNexts = LaneOf(1), kAfters = LaneOf(2);

constexpr std::size_t kGroupBytes = kModulusBits;  // of eight residues

CONCORDAT_IFMA_TARGET void Pack(std::span<std::uint8_t> out, ConstRow residues) {
  const std::size_t eights = Eights(residues.size());
  constexpr __mmask64 kBytes = (std::uint64_t{1} << kGroupBytes) - 1;
  for (std::size_t i = 0; i < eights; i += kLanes) {
    const __m512i row = Load(&residues[i]);
    const __m512i ends =
        _mm512_srlv_epi64(_mm512_permutexvar_epi64(Index(kEnds.lane), row), Index(kEnds.shift));
    const __m512i nexts =
        _mm512_sllv_epi64(_mm512_permutexvar_epi64(Index(kNexts.lane), row), Index(kNexts.shift));
    const __m512i afters =
        _mm512_sllv_epi64(_mm512_permutexvar_epi64(Index(kAfters.lane), row), Index(kAfters.shift));
    _mm512_mask_storeu_epi8(&out[i / kLanes * kGroupBytes], kBytes,
                            _mm512_or_si512(_mm512_or_si512(ends, nexts), afters));
  }
  kScalarLanes.pack(out.subspan(eights / kLanes * kGroupBytes), residues.subspan(eights));
}

// Residue r begins in word 49 r / 64 and may end in the next.
constexpr Packing WordOf(std::size_t next) {
  Packing packing;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::size_t bit = kModulusBits * lane;
    packing.lane[lane] = bit / 64 + next;
    packing.shift[lane] = next == 0 ? bit % 64 : 64 - bit % 64;
  }
  return packing;
}
constexpr Packing kBegins = WordOf(0), kGoesOn = WordOf(1);

CONCORDAT_IFMA_TARGET bool Unpack(Row residues, ByteView bytes, const Modulus& modulus) {
  const std::size_t eights = Eights(residues.size());
  constexpr __mmask64 kBytes = (std::uint64_t{1} << kGroupBytes) - 1;
  const __m512i mask = All((std::uint64_t{1} << kModulusBits) - 1), q = All(modulus.value());
  __mmask8 high = 0;
  for (std::size_t i = 0; i < eights; i += kLanes) {
    const __m512i words = _mm512_maskz_loadu_epi8(kBytes, &bytes[i / kLanes * kGroupBytes]);
    const __m512i begins =
        _mm512_srlv_epi64(_mm512_permutexvar_epi64(Index(kBegins.lane), words), Index(kBegins.shift));
    const __m512i goes_on =
        _mm512_sllv_epi64(_mm512_permutexvar_epi64(Index(kGoesOn.lane), words), Index(kGoesOn.shift));
    const __m512i row = _mm512_and_si512(_mm512_or_si512(begins, goes_on), mask);
    high |= _mm512_cmpge_epu64_mask(row, q);
    Store(&residues[i], row);
  }
  return kScalarLanes.unpack(residues.subspan(eights), bytes.subspan(eights / kLanes * kGroupBytes),
                             modulus) &&
         high == 0;
}

}  // namespace

const Lanes kIfmaLanes = {.add = Add,
                          .subtract = Subtract,
                          .multiply = Multiply,
                          .add_small = AddSmall,
                          .add_scaled = AddScaled,
                          .centre = Centre,
                          .pack = Pack,
                          .unpack = Unpack};

#else

const Lanes kIfmaLanes = {};

#endif

}  // namespace concordat::he
