// The receiver's part of a sum under encryption: decrypts for the dead, and opens the sum.
#include <algorithm>
#include <map>

#include "aggregation/limbs.h"
#include "aggregation/octets.h"
#include "aggregation/part.h"
#include "aggregation/sealed.h"
#include "base/random.h"

namespace concordat::aggregation {
namespace {

class EncryptionOpening final : public Opening {
 public:
  explicit EncryptionOpening(const Roll& roll)
      : roll_(roll), shape_(ShapeOf(roll.terms())), commitments_(roll), contributions_(roll, commitments_) {}

  Result<void> Take(Round round, const Said& said) override {
    switch (round) {
      case Round::kCommit:
        return commitments_.Take(said);
      case Round::kReveal:
        return CheckReveal(said);
      case Round::kContribute:
        return SealedContributions::CheckLength(roll_, said);
      case Round::kAgree:
        return contributions_.Take(said);
      case Round::kOpen:
        return TakePartial(said);
    }
    return {};
  }

  Result<void> Close(Round round, const std::vector<Said>& said) override {
    for (const Said& one : said) {
      if (round == Round::kReveal) TRY(KeepReveal(one));
      if (round == Round::kAgree) agreed_.push_back(one.party);
    }
    if (round == Round::kContribute) return contributions_.Keep(said);
    if (round == Round::kAgree) sum_ = TRY(contributions_.Sum());
    return {};
  }

  std::vector<std::uint16_t> Included() const override { return contributions_.included(); }
  std::vector<Error> Faults() const override { return contributions_.faults(); }

  Result<std::vector<Int128>> Finish() override {
    std::vector<ByteView> partials;
    for (const auto& [party, share] : public_shares_) {
      if (!partials_.contains(party)) partials_[party] = TRY(PartialFor(party));
      partials.push_back(partials_.at(party));
    }
    const auto slots = TRY(he::Open(shape_, sum_, partials));
    return Join(roll_.terms().width, slots);
  }

 private:
  Result<void> CheckReveal(const Said& said) const {
    const KeyReveal opened = TRY(commitments_.Open(said));
    TRY(JointKey(roll_, {{said.party, opened.share}}));
    return {};
  }

  Result<void> KeepReveal(const Said& said) {
    const KeyReveal opened = TRY(commitments_.Open(said));
    public_shares_[said.party] = Bytes(opened.share.begin(), opened.share.end());
    contributions_.Learn(said.party, opened.dealing);
    return {};
  }

  // Those that revealed a key, so that the sum is under it, and did not agree.
  std::vector<std::uint16_t> Dead() const {
    std::vector<std::uint16_t> dead;
    for (const auto& [party, share] : public_shares_) {
      if (!std::ranges::binary_search(agreed_, party)) dead.push_back(party);
    }
    return dead;
  }

  // All of it is good, or nothing is taken.
  Result<void> TakePartial(const Said& said) {
    const std::string& name = roll_.NameOf(said.party);
    const std::vector<std::uint16_t> dead = Dead();
    const std::size_t partial = he::PartialBytes(shape_);
    if (said.body.size() != partial + dead.size() * crypto::Secret32::size())
      return Blame(ErrorCode::kInvalidArgument, name, "opened with a message of another length");
    ByteView rest = said.body.subspan(partial);
    std::vector<GivenShare> given;
    for (const std::uint16_t dealer : dead) {
      given.push_back({.dealer = dealer,
                       .seed = kKeySeed,
                       .holder = said.party,
                       .share = TakeFirst(rest, crypto::Secret32::size())});
      const auto fits = contributions_.collection().Check(given.back());
      if (!fits) return Blame(fits.error().code, name, fits.error().message);
    }
    for (const GivenShare& share : given) contributions_.collection().Take(share);
    const ByteView body = said.body.first(partial);
    partials_[said.party] = Bytes(body.begin(), body.end());
    return {};
  }

  // What a party that is gone would have said, from its seed.
  Result<Bytes> PartialFor(std::uint16_t party) {
    const std::string& name = roll_.NameOf(party);
    if (std::ranges::binary_search(agreed_, party)) {
      return Fail(ErrorCode::kUnavailable,
                  name + " agreed to open the sum and then did not: nobody can any more",
                  "ask again; what was charged stays charged");
    }
    const crypto::Secret32 seed = TRY(contributions_.collection().Restore(party, kKeySeed));
    he::KeyShare key = KeyShareOf(roll_.hash(), seed);
    if (key.PublicShare() != public_shares_.at(party))
      return Blame(ErrorCode::kPermissionDenied, name, "dealt shares that do not give back its key");
    OsRandom random;  // what it draws stays here
    return he::DecryptPartly(std::move(key), shape_, public_shares_.size(), sum_, random);
  }

  const Roll& roll_;
  he::Shape shape_;
  Commitments commitments_;
  SealedContributions contributions_;
  std::map<std::uint16_t, Bytes> public_shares_;  // of those that revealed
  std::vector<std::uint16_t> agreed_;             // by index
  Bytes sum_;
  std::map<std::uint16_t, Bytes> partials_;
};

}  // namespace

std::unique_ptr<Opening> MakeEncryptionOpening(const Roll& roll) {
  return std::make_unique<EncryptionOpening>(roll);
}

}  // namespace concordat::aggregation
