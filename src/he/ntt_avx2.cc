// Two stages at a time where they fit vectors; the last (first) two, of halves 2 and 1, within two vectors.
// Blocks beyond the nearest cache are done part by part.
//
// Bounds, for |x| <= b q: forward, b grows from 1 by 1/2 + 3b/32 each stage, to less than 15.1 after the 13
// stages of n = 8192: within 2^53. Inverse, b is at most 1.6 between pairs of stages: of four, one is a sum
// of four (6.4, then balanced), one a sum of two products of differences of two (2 (1/2 + 0.3)), two are
// products of differences (1/2 + 0.6).
#include <bit>

#include "base/check.h"
#include "he/avx2.h"
#include "he/ntt_kernel.h"

#if defined(__x86_64__)

namespace concordat::he {
namespace {

using namespace avx2;

constexpr std::size_t kNearest = 2048;  // residues of 16 kB

struct Pair {
  __m256d first, second;
};

CONCORDAT_AVX2 Pair Forth(const Pair& in, const Factor& factor, const Constants& c) {
  const __m256d second = Times(in.second, factor, c);
  return {_mm256_add_pd(in.first, second), _mm256_sub_pd(in.first, second)};
}
CONCORDAT_AVX2 Pair Back(const Pair& in, const Factor& factor, const Constants& c) {
  return {_mm256_add_pd(in.first, in.second), Times(_mm256_sub_pd(in.first, in.second), factor, c)};
}

// One block's factor; two blocks', each twice; four blocks', in the order that InOnes has them.
CONCORDAT_AVX2 Factor FactorAt(const Twiddles& twiddles, std::size_t at) {
  return {_mm256_broadcast_sd(reinterpret_cast<const double*>(&twiddles.factor[at])),
          _mm256_broadcast_sd(reinterpret_cast<const double*>(&twiddles.quotient[at]))};
}
CONCORDAT_AVX2 __m256d Twice(const std::uint64_t* from) {
  const __m128d two = _mm_loadu_pd(reinterpret_cast<const double*>(from));
  return _mm256_permute4x64_pd(_mm256_castpd128_pd256(two), 0b01'01'00'00);
}
CONCORDAT_AVX2 Factor TwoFactorsAt(const Twiddles& twiddles, std::size_t at) {
  return {Twice(&twiddles.factor[at]), Twice(&twiddles.quotient[at])};
}
CONCORDAT_AVX2 Factor FourFactorsAt(const Twiddles& twiddles, std::size_t at) {
  return {_mm256_permute4x64_pd(Load(&twiddles.factor[at]), 0b11'01'10'00),
          _mm256_permute4x64_pd(Load(&twiddles.quotient[at]), 0b11'01'10'00)};
}

// Between memory's order and that of butterflies of halves 2 and 1, both ways.
CONCORDAT_AVX2 Pair InTwos(const Pair& in) {
  return {_mm256_permute2f128_pd(in.first, in.second, 0x20),
          _mm256_permute2f128_pd(in.first, in.second, 0x31)};
}
CONCORDAT_AVX2 Pair InOnes(const Pair& in) {
  return {_mm256_unpacklo_pd(in.first, in.second), _mm256_unpackhi_pd(in.first, in.second)};
}

bool HasOddStages(const Block& block) { return std::countr_zero(block.size) % 2 == 1; }

// The first two stages of a block; its last two going back.
template <bool kForward>
CONCORDAT_AVX2 void TwoStages(const Block& block, const Twiddles& twiddles, Constants c) {
  const Factor whole = FactorAt(twiddles, block.node), low = FactorAt(twiddles, 2 * block.node),
               high = FactorAt(twiddles, 2 * block.node + 1);
  const std::size_t step = block.size / 4;
  for (std::uint64_t* at = block.at; at < block.at + step; at += kLanes) {
    const __m256d a = Load(at), b = Load(at + step), d = Load(at + 2 * step), e = Load(at + 3 * step);
    Pair left, right;
    if constexpr (kForward) {
      const Pair outer = Forth({a, d}, whole, c), inner = Forth({b, e}, whole, c);
      left = Forth({outer.first, inner.first}, low, c);
      right = Forth({outer.second, inner.second}, high, c);
    } else {
      const Pair first = Back({a, b}, low, c), second = Back({d, e}, high, c);
      const Pair sums = Back({first.first, second.first}, whole, c);
      const Pair products = Back({first.second, second.second}, whole, c);
      left = {Balance(sums.first, c), products.first};
      right = {sums.second, products.second};
    }
    Store(at, left.first);
    Store(at + step, left.second);
    Store(at + 2 * step, right.first);
    Store(at + 3 * step, right.second);
  }
}

template <bool kForward>
CONCORDAT_AVX2 void OneStage(const Block& block, const Twiddles& twiddles, Constants c) {
  const Factor factor = FactorAt(twiddles, block.node);
  const std::size_t half = block.size / 2;
  for (std::uint64_t* at = block.at; at < block.at + half; at += kLanes) {
    const Pair in = {Load(at), Load(at + half)};
    const Pair out = kForward ? Forth(in, factor, c) : Back(in, factor, c);
    Store(at, kForward ? out.first : Balance(out.first, c));
    Store(at + half, out.second);
  }
}

// The last two stages of all blocks of 4 in a block, and the way back; two pairs of vectors side by side, for
// one alone would wait for its own products.
CONCORDAT_AVX2 void LastStages(const Block& block, const Twiddles& twiddles, Constants c) {
  for (std::size_t i = 0; i < block.size; i += 4 * kLanes) {
    std::uint64_t* const at = block.at + i;
    const std::size_t node = (block.node * block.size + i) / 4;
    Pair left = InTwos({Load(at), Load(at + 4)}), right = InTwos({Load(at + 8), Load(at + 12)});
    left = InOnes(InTwos(Forth(left, TwoFactorsAt(twiddles, node), c)));
    right = InOnes(InTwos(Forth(right, TwoFactorsAt(twiddles, node + 2), c)));
    left = InOnes(Forth(left, FourFactorsAt(twiddles, 2 * node), c));
    right = InOnes(Forth(right, FourFactorsAt(twiddles, 2 * node + 4), c));
    Store(at, Finished(left.first, c));
    Store(at + 4, Finished(left.second, c));
    Store(at + 8, Finished(right.first, c));
    Store(at + 12, Finished(right.second, c));
  }
}

CONCORDAT_AVX2 void FirstStagesBack(const Block& block, const Twiddles& twiddles, Constants c) {
  const auto pair_at = [&](const std::uint64_t* at) CONCORDAT_AVX2_TARGET -> Pair {
    return {FromIntegers(Load(at), c), FromIntegers(Load(at + kLanes), c)};
  };
  for (std::size_t i = 0; i < block.size; i += 4 * kLanes) {
    std::uint64_t* const at = block.at + i;
    const std::size_t node = (block.node * block.size + i) / 4;
    Pair left = InOnes(pair_at(at)), right = InOnes(pair_at(at + 8));
    left = InTwos(InOnes(Back(left, FourFactorsAt(twiddles, 2 * node), c)));
    right = InTwos(InOnes(Back(right, FourFactorsAt(twiddles, 2 * node + 4), c)));
    left = Back(left, TwoFactorsAt(twiddles, node), c);
    right = Back(right, TwoFactorsAt(twiddles, node + 2), c);
    left = InTwos({Balance(left.first, c), left.second});
    right = InTwos({Balance(right.first, c), right.second});
    Store(at, left.first);
    Store(at + 4, left.second);
    Store(at + 8, right.first);
    Store(at + 12, right.second);
  }
}

CONCORDAT_AVX2_TARGET void Forward(const Block& block, const Twiddles& twiddles, const Constants& c) {
  const bool odd = HasOddStages(block);
  if (block.size > kNearest) {
    odd ? OneStage<true>(block, twiddles, c) : TwoStages<true>(block, twiddles, c);
    const std::size_t parts = odd ? 2 : 4;
    for (std::size_t i = 0; i < parts; ++i) Forward(PartOf(block, parts, i), twiddles, c);
    return;
  }
  if (odd) OneStage<true>(block, twiddles, c);
  for (std::size_t parts = odd ? 2 : 1; block.size / parts > kLanes; parts *= 4)
    for (std::size_t i = 0; i < parts; ++i) TwoStages<true>(PartOf(block, parts, i), twiddles, c);
  LastStages(block, twiddles, c);
}

CONCORDAT_AVX2_TARGET void Backward(const Block& block, const Twiddles& twiddles, const Constants& c) {
  const bool odd = HasOddStages(block);
  if (block.size > kNearest) {
    const std::size_t parts = odd ? 2 : 4;
    for (std::size_t i = 0; i < parts; ++i) Backward(PartOf(block, parts, i), twiddles, c);
    odd ? OneStage<false>(block, twiddles, c) : TwoStages<false>(block, twiddles, c);
    return;
  }
  FirstStagesBack(block, twiddles, c);
  const std::size_t least = odd ? 2 : 1;
  for (std::size_t parts = block.size / (4 * kLanes); parts >= least; parts /= 4)
    for (std::size_t i = 0; i < parts; ++i) TwoStages<false>(PartOf(block, parts, i), twiddles, c);
  if (odd) OneStage<false>(block, twiddles, c);
}

}  // namespace

CONCORDAT_AVX2_TARGET void ForwardAvx2(std::span<std::uint64_t> values, const NttTables& tables) {
  const Constants c = ConstantsOf(tables.q);
  for (std::uint64_t* at = values.data(); at < values.data() + values.size(); at += kLanes)
    Store(at, FromIntegers(Load(at), c));
  Forward({values.data(), values.size(), 1}, tables.factors, c);
}

CONCORDAT_AVX2_TARGET void InverseAvx2(std::span<std::uint64_t> values, const NttTables& tables) {
  const Constants c = ConstantsOf(tables.q);
  Backward({values.data(), values.size(), 1}, tables.factors, c);
  const Factor scale = FactorAt(tables.scale, 0);
  for (std::uint64_t* at = values.data(); at < values.data() + values.size(); at += kLanes)
    Store(at, Finished(Times(Load(at), scale, c), c));
}

}  // namespace concordat::he

#else

namespace concordat::he {

void ForwardAvx2(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }
void InverseAvx2(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }

}  // namespace concordat::he

#endif
