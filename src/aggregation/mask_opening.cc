// The receiver's part of a sum under masks: adds up what comes, and takes off the masks that are left.
#include <algorithm>
#include <map>

#include "aggregation/custody.h"
#include "aggregation/masks.h"
#include "aggregation/part.h"

namespace concordat::aggregation {
namespace {

class MaskOpening final : public Opening {
 public:
  explicit MaskOpening(const Roll& roll)
      : roll_(roll),
        custody_{.terms = roll.hash(), .quorum = roll.terms().quorum, .seeds = kMaskSeeds},
        collection_(custody_),
        sum_(BytesOf(roll.terms().width, roll.terms().length)) {}

  Result<void> Take(Round round, const Said& said) override {
    switch (round) {
      case Round::kCommit:
        return TakeKeys(said);
      case Round::kReveal:
        return CheckLength(said, DealingBytes(custody_, committed_.size()));
      case Round::kContribute:
        TRY(CheckLength(said, sum_.size()));
        AddResidues(roll_.terms().width, sum_, said.body);
        return {};
      case Round::kAgree:
        return CheckLength(said, 0);
      case Round::kOpen:
        return TakeShares(said);
      case Round::kRestore:
        break;
    }
    return {};
  }

  Result<void> Close(Round round, const std::vector<Said>& said) override {
    for (const Said& one : said) {
      if (round == Round::kCommit) committed_.push_back(one.party);
      if (round == Round::kReveal) revealed_.push_back(one.party);
      if (round == Round::kReveal) collection_.Learn(one.party, committed_, one.body);
      if (round == Round::kContribute) included_.push_back(one.party);
    }
    return {};
  }

  bool NeedsRestore() const override { return false; }
  std::vector<std::uint16_t> Included() const override { return included_; }
  std::vector<Error> Faults() const override { return {}; }

  Result<std::vector<Int128>> Finish() override {
    std::vector<Mask> left;  // on the sum, with the other sign
    for (const std::uint16_t party : revealed_) {
      if (IsIncluded(party)) {
        left.push_back(Opposite(TRY(SelfMaskOf(party))));
      } else {
        TRY(PairMasksOf(party, left));
      }
    }
    AddMasks(roll_.terms().width, sum_, left);
    return Numbers(roll_.terms().width, sum_);
  }

 private:
  bool IsIncluded(std::uint16_t party) const { return std::ranges::binary_search(included_, party); }
  std::size_t SeedToOpen(std::uint16_t party) const { return IsIncluded(party) ? kSelfSeed : kMaskSeed; }

  Result<void> CheckLength(const Said& said, std::size_t length) const {
    if (said.body.size() == length) return {};
    return Blame(ErrorCode::kInvalidArgument, roll_.NameOf(said.party), "sent a message of another length");
  }

  Result<void> TakeKeys(const Said& said) {
    const auto keys = DecodeMaskKeys(said.body);
    if (!keys) return Blame(keys.error().code, roll_.NameOf(said.party), keys.error().message);
    keys_[said.party] = *keys;
    return {};
  }

  // All of a party's shares are those dealt to it, or none is taken.
  Result<void> TakeShares(const Said& said) {
    TRY(CheckLength(said, revealed_.size() * crypto::Secret32::size()));
    for (std::size_t i = 0; i < revealed_.size(); ++i) {
      const auto fits = collection_.Check(ShareIn(said, i));
      if (!fits) return Blame(fits.error().code, roll_.NameOf(said.party), fits.error().message);
    }
    for (std::size_t i = 0; i < revealed_.size(); ++i) collection_.Take(ShareIn(said, i));
    return {};
  }

  GivenShare ShareIn(const Said& said, std::size_t place) const {
    const std::uint16_t dealer = revealed_[place];
    return {.dealer = dealer,
            .seed = SeedToOpen(dealer),
            .holder = said.party,
            .share = said.body.subspan(place * crypto::Secret32::size(), crypto::Secret32::size())};
  }

  tl::unexpected<Error> DealtWrongly(std::uint16_t party) const {
    return Blame(ErrorCode::kPermissionDenied, roll_.NameOf(party),
                 "dealt shares that do not give back its seed");
  }

  Result<Mask> SelfMaskOf(std::uint16_t party) const {
    const crypto::Secret32 seed = TRY(collection_.Restore(party, kSelfSeed));
    if (HashOfSelfSeed(roll_.hash(), party, seed) != keys_.at(party).self) return DealtWrongly(party);
    return SelfMask(roll_.hash(), party, seed);
  }

  // Those that neighbours in the sum put on for `party`, which is not: its own would be the opposite.
  Result<void> PairMasksOf(std::uint16_t party, std::vector<Mask>& left) const {
    const crypto::X25519Key key(TRY(collection_.Restore(party, kMaskSeed)));
    if (key.public_key() != keys_.at(party).masking) return DealtWrongly(party);
    for (const std::uint16_t other : Neighbours(roll_.terms(), party)) {
      if (IsIncluded(other))
        left.push_back(PairMask(roll_.hash(), party, key, other, keys_.at(other).masking));
    }
    return {};
  }

  const Roll& roll_;
  Custody custody_;
  Collection collection_;
  Bytes sum_;
  std::map<std::uint16_t, MaskKeys> keys_;
  std::vector<std::uint16_t> committed_, revealed_, included_;  // by index
};

}  // namespace

std::unique_ptr<Opening> MakeMaskOpening(const Roll& roll) { return std::make_unique<MaskOpening>(roll); }

}  // namespace concordat::aggregation
