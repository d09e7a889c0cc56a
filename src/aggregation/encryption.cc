#include "aggregation/encryption.h"

#include <algorithm>

#include "aggregation/limbs.h"
#include "aggregation/octets.h"
#include "crypto/hkdf.h"

namespace concordat::aggregation {

Bytes Encode(const KeyCommitment& commitment) {
  return Joined({commitment.sealing, commitment.share, commitment.seal});
}

Result<KeyCommitment> DecodeKeyCommitment(ByteView bytes) {
  KeyCommitment commitment;
  if (!Split(bytes, {commitment.sealing, commitment.share, commitment.seal}))
    return Fail(ErrorCode::kInvalidArgument, "sent a commitment of another length");
  if (crypto::HasSmallOrder(commitment.sealing))
    return Fail(ErrorCode::kInvalidArgument, "sent a public key of small order");
  return commitment;
}

crypto::Hash HashOfPublicShare(const crypto::Hash& terms, std::uint16_t party, ByteView share) {
  return crypto::Sha256({Subject("concordat/sum/1/public-share\n", terms, party), share});
}

crypto::Hash HashOfSealSeed(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed) {
  return crypto::Sha256({Subject("concordat/sum/1/seal-seed\n", terms, party), seed});
}

crypto::Secret32 SealKey(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed) {
  Bytes info;
  Append(info, AsBytes("concordat/sum/1/contribution\n"));
  Append(info, party);
  return crypto::DeriveKey({.secret = seed, .salt = terms, .info = info});
}

he::Seed CommonSeed(const crypto::Hash& terms) {
  return crypto::Sha256({AsBytes("concordat/sum/1/common\n"), terms});
}

he::KeyShare KeyShareOf(const crypto::Hash& terms, const crypto::Secret32& seed) {
  he::Seed secret;
  std::copy_n(seed.data(), secret.size(), secret.begin());
  he::KeyShare share(he::Set::kT64, CommonSeed(terms), secret);
  crypto::Wipe(secret);
  return share;
}

he::Shape ShapeOf(const Terms& terms) {
  return {.set = he::Set::kT64, .values = SlotsOf(terms.width, terms.length)};
}

Result<void> Commitments::Take(const Said& commit) {
  const auto commitment = DecodeKeyCommitment(commit.body);
  if (!commitment)
    return Blame(commitment.error().code, roll_.NameOf(commit.party), commitment.error().message);
  commitments_[commit.party] = *commitment;
  return {};
}

Result<KeyReveal> Commitments::Open(const Said& reveal) const {
  const std::string& name = roll_.NameOf(reveal.party);
  const std::size_t share = he::PublicShareBytes(he::Set::kT64);
  if (reveal.body.size() != share + DealingBytes(custody(), commitments_.size()))
    return Blame(ErrorCode::kInvalidArgument, name, "revealed a message of another length");
  const KeyReveal opened{.share = reveal.body.first(share), .dealing = reveal.body.subspan(share)};
  if (HashOfPublicShare(roll_.hash(), reveal.party, opened.share) != commitments_.at(reveal.party).share)
    return Blame(ErrorCode::kPermissionDenied, name, "revealed another key than the one it committed to");
  return opened;
}

std::vector<std::uint16_t> Commitments::parties() const {
  std::vector<std::uint16_t> parties;
  for (const auto& [party, commitment] : commitments_) parties.push_back(party);
  return parties;
}

SealingKeys Commitments::sealing_keys() const {
  SealingKeys keys;
  for (const auto& [party, commitment] : commitments_) keys[party] = commitment.sealing;
  return keys;
}

Custody Commitments::custody() const {
  return {.terms = roll_.hash(), .quorum = roll_.terms().quorum, .seeds = kKeySeeds};
}

Result<he::PublicKey> JointKey(const Roll& roll, const std::map<std::uint16_t, ByteView>& shares) {
  const he::Seed common = CommonSeed(roll.hash());
  std::vector<ByteView> all;
  for (const auto& [party, share] : shares) all.push_back(share);
  auto key = he::JoinKeys(he::Set::kT64, common, all);
  if (key) return key;
  for (const auto& [party, share] : shares) {
    if (const auto alone = he::JoinKeys(he::Set::kT64, common, {&share, 1}); !alone) {
      return Blame(ErrorCode::kInvalidArgument, roll.NameOf(party),
                   "revealed a malformed key: " + alone.error().message);
    }
  }
  return key;
}

}  // namespace concordat::aggregation
