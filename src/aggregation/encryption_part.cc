// A party's part of a sum under encryption. Bodies: docs/formats/sum.md.
#include <algorithm>
#include <map>
#include <optional>

#include "aggregation/limbs.h"
#include "aggregation/octets.h"
#include "aggregation/part.h"
#include "aggregation/sealed.h"

namespace concordat::aggregation {
namespace {

class EncryptionPart final : public Part {
 public:
  EncryptionPart(const Roll& roll, std::uint16_t self, RandomSource& random)
      : roll_(roll),
        self_(self),
        random_(random),
        commitments_(roll),
        holder_(commitments_.custody(), self, random),
        key_seed_(NewSeed(random)),
        seal_seed_(NewSeed(random)),
        key_(KeyShareOf(roll.hash(), key_seed_)),
        public_share_(key_->PublicShare()),
        contributions_(roll, commitments_) {}

  Result<Bytes> Commit() override {
    return Encode(KeyCommitment{.sealing = holder_.public_key(),
                                .share = HashOfPublicShare(roll_.hash(), self_, public_share_),
                                .seal = HashOfSealSeed(roll_.hash(), self_, seal_seed_)});
  }

  Result<Bytes> Reveal(const std::vector<Said>& commits) override {
    for (const Said& commit : commits) TRY(commitments_.Take(commit));
    Bytes body = public_share_;
    const crypto::Secret32 seeds[] = {key_seed_, seal_seed_};
    Append(body, holder_.Deal(commitments_.sealing_keys(), seeds, random_));
    return body;
  }

  Result<Bytes> Contribute(const std::vector<Said>& reveals, std::span<const Int128> values) override {
    std::map<std::uint16_t, ByteView> shares;
    for (const Said& reveal : reveals) {
      const KeyReveal opened = TRY(commitments_.Open(reveal));
      const auto taken = holder_.Take(reveal.party, opened.dealing);
      if (!taken) return Blame(taken.error().code, roll_.NameOf(reveal.party), taken.error().message);
      contributions_.Learn(reveal.party, opened.dealing);
      shares[reveal.party] = opened.share;
      revealed_.push_back(reveal.party);
    }
    const he::PublicKey key = TRY(JointKey(roll_, shares));
    const Terms& terms = roll_.terms();
    std::vector<std::uint64_t> slots = Split(terms.width, values, terms.parties.size(), random_);
    const auto ciphertext = he::Encrypt(key, slots, random_);
    crypto::Wipe({reinterpret_cast<std::uint8_t*>(slots.data()), slots.size() * sizeof(std::uint64_t)});
    if (!ciphertext) return tl::unexpected(ciphertext.error());
    return SealedContributions::Seal(roll_, self_, seal_seed_, *ciphertext);
  }

  // The set itself is in the view that the envelope signs.
  Result<Bytes> Agree(const std::vector<Said>& contributions) override {
    TRY(contributions_.Keep(contributions));
    Bytes body;
    for (const Said& contribution : contributions)
      Append(body, holder_.ShareOf(contribution.party, kSealSeed));
    return body;
  }

  // The one decryption of the one sum, and the shares of keys whose parties are not there to decrypt.
  Result<Bytes> Open(const std::vector<Said>& agreements) override {
    for (const Said& agreement : agreements) {
      TRY(contributions_.Take(agreement));
      agreed_.push_back(agreement.party);
    }
    const Bytes sum = TRY(contributions_.Sum());
    he::KeyShare key = std::move(*key_);
    key_.reset();
    Bytes body =
        TRY(he::DecryptPartly(std::move(key), ShapeOf(roll_.terms()), revealed_.size(), sum, random_));
    for (const std::uint16_t party : revealed_) {
      if (!std::ranges::binary_search(agreed_, party)) Append(body, holder_.ShareOf(party, kKeySeed));
    }
    return body;
  }

  // The shares of keys of those who agreed and did not decrypt. With those given before they are of no more
  // parties than revealed beyond quorum, which opened: some key stays unknown (sum.proof.md).
  Result<Bytes> Restore(const std::vector<Said>& openings) override {
    Bytes body;
    for (const std::uint16_t party : agreed_) {
      const bool opened = std::ranges::find(openings, party, &Said::party) != openings.end();
      if (!opened) Append(body, holder_.ShareOf(party, kKeySeed));
    }
    return body;
  }

 private:
  const Roll& roll_;
  std::uint16_t self_;
  RandomSource& random_;
  Commitments commitments_;
  Holder holder_;
  crypto::Secret32 key_seed_, seal_seed_;
  std::optional<he::KeyShare> key_;  // until it has decrypted
  Bytes public_share_;
  SealedContributions contributions_;
  std::vector<std::uint16_t> revealed_, agreed_;  // by index
};

}  // namespace

std::unique_ptr<Part> MakeEncryptionPart(const Roll& roll, std::uint16_t self, RandomSource& random) {
  return std::make_unique<EncryptionPart>(roll, self, random);
}

}  // namespace concordat::aggregation
