// Pairwise masks: keys, who shares masks with whom, and masks put on vectors.
//
// Each party adds one mask for each neighbour of higher index, subtracts one for each of lower index, and
// adds one of its own. Source: Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine
// Learning" (CCS 2017); that neighbours may be fewer than all: Bell et al., "Secure Single-Server Aggregation
// with (Poly)Logarithmic Overhead" (CCS 2020). Argument for this graph: sum.proof.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "aggregation/terms.h"
#include "base/bytes.h"
#include "base/int128.h"
#include "base/result.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

namespace concordat::aggregation {

// What a party commits to under masks.
struct MaskKeys {
  crypto::X25519Public sealing{};  // that shares are sealed to
  crypto::X25519Public masking{};  // that pairs of parties agree on masks by
  crypto::Hash self{};             // of its own mask's seed
};
Bytes Encode(const MaskKeys& keys);
// Errors: kInvalidArgument: another length, or a key of small order.
Result<MaskKeys> DecodeMaskKeys(ByteView bytes);

crypto::Hash HashOfSelfSeed(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed);

// Parties that `party` shares masks with, by index: those around it in a ring, so many that no colluding and
// quorum's worth of missing parties part those that remain (Harary 1962: a ring of neighbours up to distance
// d stays one piece when fewer than 2d parties leave). All others, where that is as many.
std::vector<std::uint16_t> Neighbours(const Terms& terms, std::uint16_t party);

// The seeds that a party deals shares of: of its own mask, and of the key that its pairs' masks come from.
inline constexpr std::size_t kSelfSeed = 0, kMaskSeed = 1, kMaskSeeds = 2;

struct Mask {
  crypto::Secret32 key;  // of its keystream; makes one mask, ever
  bool subtract = false;
};
Mask SelfMask(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed);
// What `self` adds for its neighbour `other`; the other way round it is the same with the other sign.
// Precondition (CHECK): `theirs` is not of small order.
Mask PairMask(const crypto::Hash& terms, std::uint16_t self, const crypto::X25519Key& own,
              std::uint16_t other, const crypto::X25519Public& theirs);
Mask Opposite(Mask mask);

// Vectors modulo 2^width as bytes: each number little end first.
std::size_t BytesOf(Width width, std::size_t length);
Bytes Residues(Width width, std::span<const Int128> numbers);
std::vector<Int128> Numbers(Width width, ByteView residues);  // as signed numbers
// Precondition (CHECK) of these two: lengths that fit.
void AddResidues(Width width, std::span<std::uint8_t> to, ByteView more);
// In constant time: what is done depends on lengths and signs, which are public.
void AddMasks(Width width, std::span<std::uint8_t> to, const std::vector<Mask>& masks);

}  // namespace concordat::aggregation
