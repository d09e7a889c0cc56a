// A party's part of a sum under masks. Bodies: docs/formats/sum.md.
#include <algorithm>
#include <map>

#include "aggregation/custody.h"
#include "aggregation/masks.h"
#include "aggregation/part.h"
#include "base/mutation.h"

namespace concordat::aggregation {
namespace {

class MaskPart final : public Part {
 public:
  MaskPart(const Roll& roll, std::uint16_t self, RandomSource& random)
      : roll_(roll),
        self_(self),
        random_(random),
        custody_{.terms = roll.hash(), .quorum = roll.terms().quorum, .seeds = kMaskSeeds},
        holder_(custody_, self, random),
        self_seed_(NewSeed(random)),
        mask_seed_(NewSeed(random)),
        masking_(mask_seed_) {}

  Result<Bytes> Commit() override {
    return Encode(MaskKeys{.sealing = holder_.public_key(),
                           .masking = masking_.public_key(),
                           .self = HashOfSelfSeed(roll_.hash(), self_, self_seed_)});
  }

  Result<Bytes> Reveal(const std::vector<Said>& commits) override {
    SealingKeys sealing;
    for (const Said& commit : commits) {
      const auto keys = DecodeMaskKeys(commit.body);
      if (!keys) return Blame(keys.error().code, roll_.NameOf(commit.party), keys.error().message);
      sealing[commit.party] = keys->sealing;
      masking_keys_[commit.party] = keys->masking;
    }
    const crypto::Secret32 seeds[] = {self_seed_, mask_seed_};
    return holder_.Deal(sealing, seeds, random_);
  }

  Result<Bytes> Contribute(const std::vector<Said>& reveals, std::span<const Int128> values) override {
    for (const Said& reveal : reveals) {
      TRY(TakeDealing(reveal));
      revealed_.push_back(reveal.party);
    }
    std::vector<Mask> masks;
    if (!Mutated("self_mask_left_out")) masks.push_back(SelfMask(roll_.hash(), self_, self_seed_));
    for (const std::uint16_t other : Neighbours(roll_.terms(), self_)) {
      if (std::ranges::binary_search(revealed_, other))
        masks.push_back(PairMask(roll_.hash(), self_, masking_, other, masking_keys_.at(other)));
    }
    Bytes body = Residues(roll_.terms().width, values);
    AddMasks(roll_.terms().width, body, masks);
    return body;
  }

  // The set itself is in the view that the envelope signs.
  Result<Bytes> Agree(const std::vector<Said>& contributions) override {
    for (const Said& contribution : contributions) included_.push_back(contribution.party);
    return Bytes{};
  }

  // Of a party in the sum the seed of its own mask, of one that is not the seed of its pairs' masks; never
  // both.
  Result<Bytes> Open(const std::vector<Said>& agreements) override {
    for (const Said& agreement : agreements) {
      if (!agreement.body.empty())
        return Blame(ErrorCode::kInvalidArgument, roll_.NameOf(agreement.party),
                     "agreed with more than its signature");
    }
    Bytes body;
    for (const std::uint16_t party : revealed_) {
      const bool included = std::ranges::binary_search(included_, party);
      const ByteView share = holder_.ShareOf(party, included ? kSelfSeed : kMaskSeed);
      body.insert(body.end(), share.begin(), share.end());
    }
    return body;
  }

  Result<Bytes> Restore(const std::vector<Said>& /*openings*/) override {
    return Fail(ErrorCode::kFailedPrecondition, "under masks a quorum opens the sum: nothing is restored");
  }

 private:
  Result<void> TakeDealing(const Said& reveal) {
    const std::string& name = roll_.NameOf(reveal.party);
    if (reveal.body.size() != DealingBytes(custody_, masking_keys_.size()))
      return Blame(ErrorCode::kInvalidArgument, name, "dealt shares of another length");
    const auto taken = holder_.Take(reveal.party, reveal.body);
    if (!taken) return Blame(taken.error().code, name, taken.error().message);
    return {};
  }

  const Roll& roll_;
  std::uint16_t self_;
  RandomSource& random_;
  Custody custody_;
  Holder holder_;
  crypto::Secret32 self_seed_, mask_seed_;
  crypto::X25519Key masking_;
  std::map<std::uint16_t, crypto::X25519Public> masking_keys_;  // of those that committed
  std::vector<std::uint16_t> revealed_, included_;              // by index
};

}  // namespace

std::unique_ptr<Part> MakeMaskPart(const Roll& roll, std::uint16_t self, RandomSource& random) {
  return std::make_unique<MaskPart>(roll, self, random);
}

}  // namespace concordat::aggregation
