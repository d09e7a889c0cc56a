// What the messages of an encrypted sum hold, as a party and the receiver read them alike. The sum's slots
// (limbs.h) are encrypted under the key that all parties who revealed their share of it have jointly
// (he/threshold.h, set T64).
#pragma once

#include <map>
#include <vector>

#include "aggregation/custody.h"
#include "aggregation/roll.h"
#include "he/threshold.h"

namespace concordat::aggregation {

// The seeds that a party deals shares of: of its share of the key, and of the key that seals its
// contribution.
inline constexpr std::size_t kKeySeed = 0, kSealSeed = 1, kKeySeeds = 2;

struct KeyCommitment {
  crypto::X25519Public sealing{};  // that shares are sealed to
  crypto::Hash share{};            // of the public share of the key
  crypto::Hash seal{};             // of the seed that seals the contribution
};
Bytes Encode(const KeyCommitment& commitment);
// Errors: kInvalidArgument: another length, or a key of small order.
Result<KeyCommitment> DecodeKeyCommitment(ByteView bytes);

// The public share is committed to, with whose it is and for which sum.
crypto::Hash HashOfPublicShare(const crypto::Hash& terms, std::uint16_t party, ByteView share);
crypto::Hash HashOfSealSeed(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed);
crypto::Secret32 SealKey(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed);
he::Seed CommonSeed(const crypto::Hash& terms);
he::KeyShare KeyShareOf(const crypto::Hash& terms, const crypto::Secret32& seed);
he::Shape ShapeOf(const Terms& terms);
struct KeyReveal {
  ByteView share, dealing;
};

// The commitments of those who committed, and what is checked against them.
class Commitments {
 public:
  explicit Commitments(const Roll& roll) : roll_(roll) {}

  // Errors of these: kInvalidArgument for what has another length or a key of small order, kPermissionDenied
  // for a public share that is not the one committed to; they name the party.
  Result<void> Take(const Said& commit);
  Result<KeyReveal> Open(const Said& reveal) const;

  const crypto::Hash& SealOf(std::uint16_t party) const { return commitments_.at(party).seal; }
  std::vector<std::uint16_t> parties() const;
  SealingKeys sealing_keys() const;
  Custody custody() const;

 private:
  const Roll& roll_;
  std::map<std::uint16_t, KeyCommitment> commitments_;
};

// The key that the public shares of those who revealed make. Errors: kInvalidArgument naming whose is
// malformed.
Result<he::PublicKey> JointKey(const Roll& roll, const std::map<std::uint16_t, ByteView>& shares);

}  // namespace concordat::aggregation
