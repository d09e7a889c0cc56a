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

inline constexpr std::size_t kKeySeeds = 1;  // that a party deals shares of: of its share of the key

struct KeyCommitment {
  crypto::X25519Public sealing{};  // that shares are sealed to
  crypto::Hash share{};            // of the public share of the key
};
Bytes Encode(const KeyCommitment& commitment);
// Errors: kInvalidArgument: another length, or a key of small order.
Result<KeyCommitment> DecodeKeyCommitment(ByteView bytes);

// The public share is committed to, with whose it is and for which sum.
crypto::Hash HashOfPublicShare(const crypto::Hash& terms, std::uint16_t party, ByteView share);
he::Seed CommonSeed(const crypto::Hash& terms);
he::KeyShare KeyShareOf(const crypto::Hash& terms, const crypto::Secret32& seed);
he::Shape ShapeOf(const Terms& terms);
crypto::Hash HashOfSum(const crypto::Hash& terms, ByteView sum);

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

// The sum of contributions, the same bytes for whoever adds the same. Errors: kInvalidArgument naming whose
// ciphertext is malformed.
Result<Bytes> SumOf(const Roll& roll, const std::vector<Said>& contributions);

}  // namespace concordat::aggregation
