#include "aggregation/limbs.h"

#include <bit>

#include "base/check.h"
#include "base/mutation.h"
#include "crypto/secret.h"

namespace concordat::aggregation {
namespace {

constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << kLimbBits) - 1;

std::span<std::uint8_t> BytesOf(std::vector<std::uint64_t>& words) {
  return {reinterpret_cast<std::uint8_t*>(words.data()), words.size() * sizeof(std::uint64_t)};
}

// One number into `slots`; each word of `random` gives the bits above one limb.
void SplitOne(Uint128 number, std::span<const std::uint64_t> random, int random_bits, std::uint64_t* slots) {
  std::uint64_t taken = 0;  // what the limb before carries too much
  for (std::size_t limb = 0; limb < kLimbs; ++limb) {
    const std::uint64_t above = random[limb] >> (64 - random_bits);
    slots[limb] = (static_cast<std::uint64_t>(number) & kLimbMask) + (above << kLimbBits) - taken;
    taken = above;
    number >>= kLimbBits;
  }
  slots[kLimbs] = static_cast<std::uint64_t>(number) - taken;
}

Int128 JoinOne(const std::uint64_t* slots) {
  Uint128 number = 0;
  for (std::size_t limb = 0; limb < kLimbs; ++limb) {
    // Never wrapped, and perhaps negative: its sign goes on above.
    const auto sum = static_cast<Uint128>(Int128{static_cast<std::int64_t>(slots[limb])});
    number += sum << (kLimbBits * limb);
  }
  return static_cast<Int128>(number + (Uint128{slots[kLimbs]} << 64));
}

}  // namespace

int RandomBits(std::size_t parties) {
  CHECK(parties >= 1 && parties <= kMostParties);
  return 63 - kLimbBits - std::bit_width(parties - 1);
}

std::vector<std::uint64_t> Split(Width width, std::span<const Int128> numbers, std::size_t parties,
                                 RandomSource& random) {
  std::vector<std::uint64_t> slots(SlotsOf(width, numbers.size()));
  if (width == Width::k64) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      CHECK(numbers[i] == static_cast<std::int64_t>(numbers[i]));
      slots[i] = static_cast<std::uint64_t>(numbers[i]);
    }
    return slots;
  }
  std::vector<std::uint64_t> words(numbers.size() * kLimbs);
  if (!Mutated("limbs_not_randomised")) random.Fill(BytesOf(words));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    SplitOne(static_cast<Uint128>(numbers[i]), std::span(words).subspan(i * kLimbs, kLimbs),
             RandomBits(parties), &slots[i * (kLimbs + 1)]);
  }
  crypto::Wipe(BytesOf(words));
  return slots;
}

std::vector<Int128> Join(Width width, std::span<const std::uint64_t> slots) {
  const std::size_t each = SlotsOf(width, 1);
  CHECK(slots.size() % each == 0);
  std::vector<Int128> numbers(slots.size() / each);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] =
        width == Width::k64 ? Int128{static_cast<std::int64_t>(slots[i])} : JoinOne(&slots[i * each]);
  return numbers;
}

}  // namespace concordat::aggregation
