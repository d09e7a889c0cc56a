#include "aggregation/masks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "aggregation/testing_sum.h"
#include "crypto/keystream.h"

namespace concordat::aggregation {
namespace {

Terms RingOf(std::size_t parties, std::size_t quorum, std::size_t colluding) {
  Terms terms;
  for (std::size_t i = 0; i < parties; ++i)
    terms.parties.emplace_back("member", std::array<std::uint8_t, 32>{});
  terms.quorum = quorum;
  terms.colluding = colluding;
  return terms;
}

std::vector<std::uint32_t> NeighboursBySet(const Terms& terms) {
  std::vector<std::uint32_t> sets;
  for (std::uint16_t party = 0; party < terms.parties.size(); ++party) {
    std::uint32_t set = 0;
    for (const std::uint16_t other : Neighbours(terms, party)) set |= 1U << other;
    sets.push_back(set);
  }
  return sets;
}

bool OnePiece(const std::vector<std::uint32_t>& neighbours, std::uint32_t there) {
  std::uint32_t reached = there & (~there + 1);
  for (std::uint32_t before = 0; before != reached;) {
    before = reached;
    for (std::size_t party = 0; party < neighbours.size(); ++party) {
      if ((reached >> party & 1) != 0) reached |= neighbours[party] & there;
    }
  }
  return reached == there;
}

// Whoever colludes and whoever is missing, the honest parties in the sum are one piece: every set of them,
// for every size that the terms allow up to 12 parties.
TEST(Neighbours, KeepTheHonestInOnePiece) {
  for (std::size_t n = 2; n <= 12; ++n) {
    for (std::size_t c = 0; c < n; ++c) {
      for (std::size_t q = (n + c) / 2 + 1; q <= n; ++q) {
        const auto neighbours = NeighboursBySet(RingOf(n, q, c));
        for (std::uint32_t there = 1; there < 1U << n; ++there) {
          if (static_cast<std::size_t>(std::popcount(there)) + c < q) continue;
          ASSERT_TRUE(OnePiece(neighbours, there)) << n << " parties, quorum " << q << ", colluding " << c;
        }
      }
    }
  }
}

// The test above has teeth: one neighbour fewer on each side, and some set falls apart.
TEST(Neighbours, AreNoMoreThanThatAsks) {
  const Terms wanted = RingOf(12, 12, 4), fewer = RingOf(12, 12, 2);
  bool apart = false;
  for (std::uint32_t there = 1; there < 1U << 12; ++there)
    apart |= std::popcount(there) >= 8 && !OnePiece(NeighboursBySet(fewer), there);
  EXPECT_TRUE(apart);
  EXPECT_EQ(Neighbours(wanted, 0).size(), 6U);
  EXPECT_EQ(Neighbours(RingOf(50, 50, 25), 0).size(), 26U);
}

TEST(Neighbours, AreMutual) {
  for (std::size_t n = 2; n <= 50; ++n) {
    const Terms terms = RingOf(n, n, n / 2);
    for (std::uint16_t party = 0; party < n; ++party) {
      for (const std::uint16_t other : Neighbours(terms, party))
        EXPECT_EQ(std::ranges::count(Neighbours(terms, other), party), 1);
    }
  }
}

TEST(Masks, CancelBetweenTwoParties) {
  SeededRandom random(1);
  crypto::Secret32 low, high;
  random.Fill(low);
  random.Fill(high);
  const crypto::X25519Key lower(low), higher(high);
  for (const Width width : {Width::k64, Width::k128}) {
    const std::vector<Int128> numbers(10000, -5);
    Bytes residues = Residues(width, numbers);
    AddMasks(width, residues, {PairMask({}, 3, lower, 7, higher.public_key())});
    EXPECT_NE(Numbers(width, residues), numbers);
    AddMasks(width, residues, {PairMask({}, 7, higher, 3, lower.public_key())});
    EXPECT_EQ(Numbers(width, residues), numbers);
  }
}

TEST(Masks, AreOfOneSumAndOnePairAlone) {
  SeededRandom random(1);
  crypto::Secret32 seed;
  random.Fill(seed);
  const crypto::X25519Key key(seed);
  const auto other = crypto::X25519Key({}).public_key();
  const std::string mask = ToHex(PairMask({}, 1, key, 2, other).key);
  EXPECT_NE(ToHex(PairMask({1}, 1, key, 2, other).key), mask);
  EXPECT_NE(ToHex(PairMask({}, 1, key, 3, other).key), mask);
  EXPECT_NE(ToHex(SelfMask({}, 1, seed).key), ToHex(SelfMask({}, 2, seed).key));
  EXPECT_NE(ToHex(SelfMask({}, 1, seed).key), ToHex(SelfMask({1}, 1, seed).key));
}

// By pieces, as by the definition: number i takes bytes 8 i to 8 i + 7 of the stream.
TEST(Masks, AreTheStreamOfTheirKey) {
  SeededRandom random(5);
  Mask mask;
  random.Fill(mask.key);
  for (const bool subtract : {false, true}) {
    mask.subtract = subtract;
    const std::vector<Int128> numbers(5001, 77);
    Bytes residues = Residues(Width::k64, numbers), stream(residues.size());
    AddMasks(Width::k64, residues, {mask});
    crypto::Keystream(mask.key).Next(stream);
    const auto masked = Numbers(Width::k64, residues), masks = Numbers(Width::k64, stream);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const Int128 sum = subtract ? numbers[i] - masks[i] : numbers[i] + masks[i];
      ASSERT_EQ(masked[i], static_cast<std::int64_t>(sum)) << i;
    }
  }
}

}  // namespace
}  // namespace concordat::aggregation
