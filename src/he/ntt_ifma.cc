// Two stages at a time where they fit vectors; the last (first) three within two vectors. Blocks beyond the
// nearest cache are done quarter by quarter.
//
// Bounds: forward, values stay below 8q < 2^52, what a product takes: two stages add 2q each to what was
// brought below 4q. Inverse, they are below 2q between pairs of stages and below 8q within.
#include <bit>

#include "base/check.h"
#include "he/ntt_ifma_within.h"

#if defined(__x86_64__)

namespace concordat::he {
namespace {

using namespace ifma;

constexpr std::size_t kNearest = 2048;  // residues of 16 kB

CONCORDAT_IFMA Factor FactorAt(const Twiddles& twiddles, std::size_t at) {
  return {All(twiddles.factor[at]), All(twiddles.quotient[at])};
}

struct Four {
  __m512i a, b, c, d;
};

CONCORDAT_IFMA Four LoadFour(const std::uint64_t* at, std::size_t step) {
  return {Load(at), Load(at + step), Load(at + 2 * step), Load(at + 3 * step)};
}
CONCORDAT_IFMA void StoreFour(std::uint64_t* at, std::size_t step, const Four& four) {
  Store(at, four.a);
  Store(at + step, four.b);
  Store(at + 2 * step, four.c);
  Store(at + 3 * step, four.d);
}

// The first two stages of a block; its last two going back.
template <bool kForward>
CONCORDAT_IFMA void TwoStages(const Block& block, const Twiddles& twiddles, Constants c) {
  const Factor whole = FactorAt(twiddles, block.node), low = FactorAt(twiddles, 2 * block.node),
               high = FactorAt(twiddles, 2 * block.node + 1);
  const std::size_t step = block.size / 4;
  for (std::size_t i = 0; i < step; i += kLanes) {
    const Four in = LoadFour(block.at + i, step);
    if constexpr (kForward) {
      const Pair ac = Forth({Once(in.a, c.four_q), in.c}, whole, c);
      const Pair bd = Forth({Once(in.b, c.four_q), in.d}, whole, c);
      const Pair ab = Forth({ac.first, bd.first}, low, c), cd = Forth({ac.second, bd.second}, high, c);
      StoreFour(block.at + i, step, {ab.first, ab.second, cd.first, cd.second});
    } else {
      const Pair ab = Back({in.a, in.b}, low, c.two_q, c), cd = Back({in.c, in.d}, high, c.two_q, c);
      const Pair ac = Back({ab.first, cd.first}, whole, c.four_q, c);
      const Pair bd = Back({ab.second, cd.second}, whole, c.two_q, c);
      const __m512i a = Once(Once(ac.first, c.four_q), c.two_q);
      StoreFour(block.at + i, step, {a, Once(bd.first, c.two_q), ac.second, bd.second});
    }
  }
}

template <bool kForward>
CONCORDAT_IFMA void OneStage(const Block& block, const Twiddles& twiddles, Constants c) {
  const Factor factor = FactorAt(twiddles, block.node);
  std::uint64_t* const other = block.at + block.size / 2;
  for (std::size_t i = 0; i < block.size / 2; i += kLanes) {
    const Pair in = {Load(block.at + i), Load(other + i)};
    const Pair out =
        kForward ? Forth({Once(in.first, c.four_q), in.second}, factor, c) : Back(in, factor, c.two_q, c);
    Store(block.at + i, kForward ? out.first : Once(out.first, c.two_q));
    Store(other + i, out.second);
  }
}

bool HasOddStages(const Block& block) { return std::countr_zero(block.size) % 2 == 0; }

CONCORDAT_IFMA_TARGET void Forward(const Block& block, const Twiddles& twiddles, const Constants& c) {
  if (block.size > 2 * kNearest) {
    TwoStages<true>(block, twiddles, c);
    for (std::size_t i = 0; i < 4; ++i) Forward(PartOf(block, 4, i), twiddles, c);
    return;
  }
  const bool odd = HasOddStages(block);
  if (odd) OneStage<true>(block, twiddles, c);
  for (std::size_t parts = odd ? 2 : 1; block.size / parts > kLanes; parts *= 4)
    for (std::size_t i = 0; i < parts; ++i) TwoStages<true>(PartOf(block, parts, i), twiddles, c);
  block.size % (2 * kLanes * kSides) == 0 ? LastStages<kSides>(block, twiddles, c)
                                          : LastStages<1>(block, twiddles, c);
}

CONCORDAT_IFMA_TARGET void Backward(const Block& block, const Twiddles& twiddles, const Constants& c) {
  if (block.size > 2 * kNearest) {
    for (std::size_t i = 0; i < 4; ++i) Backward(PartOf(block, 4, i), twiddles, c);
    return TwoStages<false>(block, twiddles, c);
  }
  block.size % (2 * kLanes * kSides) == 0 ? FirstStagesBack<kSides>(block, twiddles, c)
                                          : FirstStagesBack<1>(block, twiddles, c);
  const std::size_t least = HasOddStages(block) ? 2 : 1;
  for (std::size_t parts = block.size / (4 * kLanes); parts >= least; parts /= 4)
    for (std::size_t i = 0; i < parts; ++i) TwoStages<false>(PartOf(block, parts, i), twiddles, c);
  if (least == 2) OneStage<false>(block, twiddles, c);
}

}  // namespace

CONCORDAT_IFMA_TARGET void ForwardIfma(std::span<std::uint64_t> values, const NttTables& tables) {
  Forward({values.data(), values.size(), 1}, tables.factors, ConstantsOf(tables.q));
}

CONCORDAT_IFMA_TARGET void InverseIfma(std::span<std::uint64_t> values, const NttTables& tables) {
  const Constants c = ConstantsOf(tables.q);
  Backward({values.data(), values.size(), 1}, tables.factors, c);
  const Factor scale = FactorAt(tables.scale, 0);
  for (std::uint64_t* at = values.data(); at < values.data() + values.size(); at += kLanes)
    Store(at, Once(Times(Load(at), scale, c), c.q));
}

}  // namespace concordat::he

#else

namespace concordat::he {

void ForwardIfma(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }
void InverseIfma(std::span<std::uint64_t>, const NttTables&) { CHECK(false); }

}  // namespace concordat::he

#endif
