// Numbers of 128 bits in slots of 64, whose sums tell the sum of the numbers and nothing else.
//
// A number is split into four limbs of 16 bits and the 64 bits above. Each limb carries random bits above its
// own that the next one takes away, so that its sum's carry cannot be told from them. How many, how close,
// and up to how many parties: limbs.proof.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "aggregation/terms.h"
#include "base/int128.h"
#include "base/random.h"
#include "base/result.h"

namespace concordat::aggregation {

inline constexpr std::size_t kLimbs = 4;
inline constexpr int kLimbBits = 16;

// Slots of 64 bits that `length` numbers take.
constexpr std::size_t SlotsOf(Width width, std::size_t length) {
  return width == Width::k64 ? length : length * (kLimbs + 1);
}

// Random bits above a limb's own: as many as sums of so many parties have room for. 45 for four, 40 for 128.
int RandomBits(std::size_t parties);

// Slots of the numbers, number by number. Precondition (CHECK): 1 to kMostParties parties; with k64, numbers
// that fit.
std::vector<std::uint64_t> Split(Width width, std::span<const Int128> numbers, std::size_t parties,
                                 RandomSource& random);

// The sums of the numbers, modulo 2^width, of the sums of their slots, modulo 2^64. Precondition (CHECK):
// whole numbers of slots.
std::vector<Int128> Join(Width width, std::span<const std::uint64_t> slots);

}  // namespace concordat::aggregation
