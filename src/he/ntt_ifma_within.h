// The stages of halves 4, 2 and 1, within two vectors of eight residues. For ntt_ifma.cc alone, which says
// what values are below.
#pragma once

#include "he/ifma.h"
#include "he/ntt_kernel.h"

#if defined(__x86_64__)

namespace concordat::he::ifma {

// So many pairs of vectors are done side by side: one alone would wait for its own products.
inline constexpr std::size_t kSides = 4;

struct Pair {
  __m512i first, second;
};

// Adds at most 2q to the first's bound.
CONCORDAT_IFMA Pair Forth(Pair in, const Factor& factor, const Constants& c) {
  const __m512i second = Times(in.second, factor, c);
  return {_mm512_add_epi64(in.first, second), _mm512_sub_epi64(_mm512_add_epi64(in.first, c.two_q), second)};
}

// `bound`, 2q or 4q, is what the second is below.
CONCORDAT_IFMA Pair Back(Pair in, const Factor& factor, __m512i bound, const Constants& c) {
  const __m512i difference = _mm512_sub_epi64(_mm512_add_epi64(in.first, bound), in.second);
  return {_mm512_add_epi64(in.first, in.second), Times(difference, factor, c)};
}

// Where the 16 residues of two vectors lie for butterflies of halves 4, 2 and 1: the places of those that
// come first and of those that come second. Bit 3 says which of two vectors in memory they are from.
using Lane = std::array<std::uint64_t, kLanes>;
struct Layout {
  alignas(64) Lane first{};
  alignas(64) Lane second{};
};

constexpr Layout LayoutOf(const Lane& first, std::size_t half) {
  Layout layout{.first = first, .second = first};
  for (std::uint64_t& place : layout.second) place += half;
  return layout;
}

// By halves of vectors, which memory is read and written by; by blocks in turns, whose factors one broadcast
// loads; and so that what is next in memory comes out of an unpacking.
inline constexpr Layout kFours = LayoutOf({0, 1, 2, 3, 8, 9, 10, 11}, 4);
inline constexpr Layout kTwos = LayoutOf({0, 4, 8, 12, 1, 5, 9, 13}, 2);
inline constexpr Layout kOnes = LayoutOf({0, 8, 2, 10, 4, 12, 6, 14}, 1);

// Where to find each residue of one layout among those of another.
constexpr Layout From(const Layout& before, const Layout& after) {
  std::array<std::uint64_t, 2 * kLanes> found{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    found[before.first[lane]] = lane;
    found[before.second[lane]] = lane + kLanes;
  }
  Layout moves = after;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    moves.first[lane] = found[after.first[lane]];
    moves.second[lane] = found[after.second[lane]];
  }
  return moves;
}

inline constexpr Layout kFoursToTwos = From(kFours, kTwos), kTwosToOnes = From(kTwos, kOnes);
inline constexpr Layout kOnesToTwos = From(kOnes, kTwos), kTwosToFours = From(kTwos, kFours);

CONCORDAT_IFMA Pair Moved(const Pair& in, const Layout& moves) {
  return {_mm512_permutex2var_epi64(in.first, Index(moves.first), in.second),
          _mm512_permutex2var_epi64(in.first, Index(moves.second), in.second)};
}

// Of two, four or eight blocks, as the layouts have them; ntt.cc lays the last stage's out for that.
CONCORDAT_IFMA __m512i Halves(const std::uint64_t* low, const std::uint64_t* high) {
  return _mm512_mask_set1_epi64(All(*low), 0xf0, static_cast<long long>(*high));
}
CONCORDAT_IFMA Factor TwoFactorsAt(const Twiddles& twiddles, std::size_t at) {
  return {Halves(&twiddles.factor[at], &twiddles.factor[at + 1]),
          Halves(&twiddles.quotient[at], &twiddles.quotient[at + 1])};
}
CONCORDAT_IFMA __m256i LoadHalf(const std::uint64_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
CONCORDAT_IFMA Factor FourFactorsAt(const Twiddles& twiddles, std::size_t at) {
  return {_mm512_broadcast_i64x4(LoadHalf(&twiddles.factor[at])),
          _mm512_broadcast_i64x4(LoadHalf(&twiddles.quotient[at]))};
}
CONCORDAT_IFMA Factor EightFactorsAt(const Twiddles& twiddles, std::size_t at) {
  return {Load(&twiddles.factor[at]), Load(&twiddles.quotient[at])};
}

CONCORDAT_IFMA Pair LoadFours(const std::uint64_t* at) {
  const auto halves = [](const std::uint64_t* low, const std::uint64_t* high) CONCORDAT_IFMA_TARGET {
    return _mm512_mask_broadcast_i64x4(_mm512_castsi256_si512(LoadHalf(low)), 0xf0, LoadHalf(high));
  };
  return {halves(at, at + 8), halves(at + 4, at + 12)};
}
CONCORDAT_IFMA void StoreFours(std::uint64_t* at, const Pair& pair) {
  const auto store = [](std::uint64_t* to, __m256i half)
                         CONCORDAT_IFMA_TARGET { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), half); };
  store(at, _mm512_castsi512_si256(pair.first));
  store(at + 4, _mm512_castsi512_si256(pair.second));
  store(at + 8, _mm512_extracti64x4_epi64(pair.first, 1));
  store(at + 12, _mm512_extracti64x4_epi64(pair.second, 1));
}

// Between memory's order and the last layout, both ways.
CONCORDAT_IFMA Pair Unpacked(const Pair& in) {
  return {_mm512_unpacklo_epi64(in.first, in.second), _mm512_unpackhi_epi64(in.first, in.second)};
}

CONCORDAT_IFMA Pair LoadPair(const std::uint64_t* at) { return {Load(at), Load(at + kLanes)}; }
CONCORDAT_IFMA void StorePair(std::uint64_t* at, const Pair& pair) {
  Store(at, pair.first);
  Store(at + kLanes, pair.second);
}

// The last butterfly, to the end: in [0, q).
CONCORDAT_IFMA Pair Finish(const Pair& in, const Factor& factor, const Constants& c) {
  const __m512i first = Once(Once(Once(in.first, c.four_q), c.two_q), c.q);
  const __m512i second = Once(Times(in.second, factor, c), c.q);
  const __m512i less = _mm512_sub_epi64(first, second);
  return {Once(_mm512_add_epi64(first, second), c.q), _mm512_min_epu64(less, _mm512_add_epi64(less, c.q))};
}

// The last three stages of all blocks of 8 in a block, kSide pairs of vectors side by side.
template <std::size_t kSide>
CONCORDAT_IFMA void LastStages(const Block& block, const Twiddles& twiddles, Constants c) {
  std::array<Pair, kSide> pairs;
  for (std::size_t i = 0; i < block.size; i += 2 * kLanes * kSide) {
    std::uint64_t* const at = block.at + i;
    const std::size_t node = (block.node * block.size + i) / 8;
    for (std::size_t k = 0; k < kSide; ++k) pairs[k] = LoadFours(at + 2 * kLanes * k);
    for (Pair& pair : pairs) pair.first = Once(pair.first, c.four_q);
    for (std::size_t k = 0; k < kSide; ++k)
      pairs[k] = Forth(pairs[k], TwoFactorsAt(twiddles, node + 2 * k), c);
    for (Pair& pair : pairs) pair = Moved(pair, kFoursToTwos);
    for (std::size_t k = 0; k < kSide; ++k)
      pairs[k] = Forth(pairs[k], FourFactorsAt(twiddles, 2 * node + 4 * k), c);
    for (Pair& pair : pairs) pair = Moved(pair, kTwosToOnes);
    for (std::size_t k = 0; k < kSide; ++k)
      pairs[k] = Finish(pairs[k], EightFactorsAt(twiddles, 4 * node + 8 * k), c);
    for (std::size_t k = 0; k < kSide; ++k) StorePair(at + 2 * kLanes * k, Unpacked(pairs[k]));
  }
}

template <std::size_t kSide>
CONCORDAT_IFMA void FirstStagesBack(const Block& block, const Twiddles& twiddles, Constants c) {
  std::array<Pair, kSide> pairs;
  for (std::size_t i = 0; i < block.size; i += 2 * kLanes * kSide) {
    std::uint64_t* const at = block.at + i;
    const std::size_t node = (block.node * block.size + i) / 8;
    for (std::size_t k = 0; k < kSide; ++k) pairs[k] = Unpacked(LoadPair(at + 2 * kLanes * k));
    for (std::size_t k = 0; k < kSide; ++k)
      pairs[k] = Back(pairs[k], EightFactorsAt(twiddles, 4 * node + 8 * k), c.two_q, c);
    for (Pair& pair : pairs) pair = Moved({Once(pair.first, c.two_q), pair.second}, kOnesToTwos);
    for (std::size_t k = 0; k < kSide; ++k)
      pairs[k] = Back(pairs[k], FourFactorsAt(twiddles, 2 * node + 4 * k), c.two_q, c);
    for (Pair& pair : pairs) pair = Moved({Once(pair.first, c.two_q), pair.second}, kTwosToFours);
    for (std::size_t k = 0; k < kSide; ++k)
      pairs[k] = Back(pairs[k], TwoFactorsAt(twiddles, node + 2 * k), c.two_q, c);
    for (std::size_t k = 0; k < kSide; ++k)
      StoreFours(at + 2 * kLanes * k, {Once(pairs[k].first, c.two_q), pairs[k].second});
  }
}

}  // namespace concordat::he::ifma

#endif
