// The receiver's part of a sum under encryption: decrypts for the dead, and opens the sum.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
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
      case Round::kRestore:
        return TakeShares(said, said.body, Beyond(agreed_, opened_), "restored");
    }
    return {};
  }

  Result<void> Close(Round round, const std::vector<Said>& said) override {
    for (const Said& one : said) {
      if (round == Round::kReveal) TRY(KeepReveal(one));
      if (round == Round::kAgree) agreed_.push_back(one.party);
      if (round == Round::kOpen) opened_.push_back(one.party);
    }
    if (round == Round::kContribute) return contributions_.Keep(said);
    if (round == Round::kAgree) sum_ = TRY(contributions_.Sum());
    return {};
  }

  bool NeedsRestore() const override { return !opened_.empty() && opened_.size() < agreed_.size(); }
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

  std::vector<std::uint16_t> Revealed() const {
    std::vector<std::uint16_t> revealed;
    for (const auto& [party, share] : public_shares_) revealed.push_back(party);
    return revealed;
  }

  // Those of `all` that are not among `some`, by index.
  static std::vector<std::uint16_t> Beyond(const std::vector<std::uint16_t>& all,
                                           const std::vector<std::uint16_t>& some) {
    std::vector<std::uint16_t> beyond;
    std::ranges::set_difference(all, some, std::back_inserter(beyond));
    return beyond;
  }

  // All of it is good, or nothing is taken. The sum is under the keys of all that revealed one; those who did
  // not agree are not asked.
  Result<void> TakePartial(const Said& said) {
    const std::size_t partial = he::PartialBytes(shape_);
    if (said.body.size() < partial) return OfAnotherLength(said, "opened");
    TRY(TakeShares(said, said.body.subspan(partial), Beyond(Revealed(), agreed_), "opened"));
    const ByteView body = said.body.first(partial);
    partials_[said.party] = Bytes(body.begin(), body.end());
    return {};
  }

  tl::unexpected<Error> OfAnotherLength(const Said& said, const char* did) const {
    return Blame(ErrorCode::kInvalidArgument, roll_.NameOf(said.party),
                 fmt::format("{} with a message of another length", did));
  }

  // A share of each dealer's key, all or none.
  Result<void> TakeShares(const Said& said, ByteView shares, const std::vector<std::uint16_t>& dealers,
                          const char* did) {
    if (shares.size() != dealers.size() * crypto::Secret32::size()) return OfAnotherLength(said, did);
    std::vector<GivenShare> given;
    for (const std::uint16_t dealer : dealers) {
      given.push_back({.dealer = dealer,
                       .seed = kKeySeed,
                       .holder = said.party,
                       .share = TakeFirst(shares, crypto::Secret32::size())});
      const auto fits = contributions_.collection().Check(given.back());
      if (!fits) return Blame(fits.error().code, roll_.NameOf(said.party), fits.error().message);
    }
    for (const GivenShare& share : given) contributions_.collection().Take(share);
    return {};
  }

  // What a party that is gone would have said, from its seed.
  Result<Bytes> PartialFor(std::uint16_t party) {
    const crypto::Secret32 seed = TRY(contributions_.collection().Restore(party, kKeySeed));
    he::KeyShare key = KeyShareOf(roll_.hash(), seed);
    if (key.PublicShare() != public_shares_.at(party)) {
      return Blame(ErrorCode::kPermissionDenied, roll_.NameOf(party),
                   "dealt shares that do not give back its key");
    }
    OsRandom random;  // what it draws stays here
    return he::DecryptPartly(std::move(key), shape_, public_shares_.size(), sum_, random);
  }

  const Roll& roll_;
  he::Shape shape_;
  Commitments commitments_;
  SealedContributions contributions_;
  std::map<std::uint16_t, Bytes> public_shares_;  // of those that revealed
  std::vector<std::uint16_t> agreed_, opened_;    // by index
  Bytes sum_;
  std::map<std::uint16_t, Bytes> partials_;
};

}  // namespace

std::unique_ptr<Opening> MakeEncryptionOpening(const Roll& roll) {
  return std::make_unique<EncryptionOpening>(roll);
}

}  // namespace concordat::aggregation
