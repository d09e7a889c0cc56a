#include "aggregation/sealed.h"

#include <fmt/format.h>

#include <utility>

#include "aggregation/octets.h"
#include "crypto/aead.h"
#include "he/wire.h"

namespace concordat::aggregation {
namespace {

constexpr std::size_t kSealShareBytes = crypto::Secret32::size();

}  // namespace

Bytes SealedContributions::Seal(const Roll& roll, std::uint16_t party, const crypto::Secret32& seed,
                                ByteView ciphertext) {
  return crypto::SealOnce(SealKey(roll.hash(), party, seed), ciphertext, roll.hash());
}

Result<void> SealedContributions::CheckLength(const Roll& roll, const Said& contribution) {
  if (contribution.body.size() == he::CiphertextBytes(ShapeOf(roll.terms())) + crypto::kSealBytes) return {};
  return Blame(ErrorCode::kInvalidArgument, roll.NameOf(contribution.party),
               "contributed a message of another length");
}

void SealedContributions::Learn(std::uint16_t dealer, ByteView dealing) {
  collection_.Learn(dealer, commitments_.parties(), dealing);
}

Result<void> SealedContributions::Keep(const std::vector<Said>& contributions) {
  for (const Said& contribution : contributions) {
    TRY(CheckLength(roll_, contribution));
    sealed_[contribution.party] = Bytes(contribution.body.begin(), contribution.body.end());
    included_.push_back(contribution.party);
  }
  return {};
}

Result<void> SealedContributions::Take(const Said& agreement) {
  const std::string& name = roll_.NameOf(agreement.party);
  if (agreement.body.size() != sealed_.size() * kSealShareBytes)
    return Blame(ErrorCode::kInvalidArgument, name, "agreed with a message of another length");
  ByteView rest = agreement.body;
  std::vector<GivenShare> given;
  for (const auto& [dealer, sealed] : sealed_) {
    given.push_back({dealer, kSealSeed, agreement.party, TakeFirst(rest, kSealShareBytes)});
    const auto fits = collection_.Check(given.back());
    if (!fits) return Blame(fits.error().code, name, fits.error().message);
  }
  for (const GivenShare& share : given) collection_.Take(share);
  return {};
}

Result<void> SealedContributions::CheckCiphertext(std::uint16_t party, ByteView ciphertext) const {
  const std::string& name = roll_.NameOf(party);
  if (const auto alone = he::Add(ShapeOf(roll_.terms()), {&ciphertext, 1}); !alone) {
    return Blame(ErrorCode::kInvalidArgument, name,
                 "contributed a malformed ciphertext: " + alone.error().message);
  }
  // The noise that hides all but the sum is sized by the number of fresh encryptions.
  if (TRY(he::ContributionsOf(ciphertext)) != 1)
    return Blame(ErrorCode::kInvalidArgument, name, "contributed a sum of ciphertexts");
  return {};
}

Result<std::optional<Bytes>> SealedContributions::Open(std::uint16_t party, ByteView sealed) {
  const std::string& name = roll_.NameOf(party);
  const crypto::Secret32 seed = TRY(collection_.Restore(party, kSealSeed));
  if (HashOfSealSeed(roll_.hash(), party, seed) != commitments_.SealOf(party))
    return Blame(ErrorCode::kPermissionDenied, name, "dealt shares that do not give back its seal");
  auto ciphertext = crypto::OpenSealed(SealKey(roll_.hash(), party, seed), sealed, roll_.hash());
  if (!ciphertext) {
    faults_.push_back(
        Blame(ErrorCode::kInvalidArgument, name, "contributed what its seal does not open").value());
    return std::nullopt;
  }
  if (const auto checked = CheckCiphertext(party, *ciphertext); !checked) {
    faults_.push_back(checked.error());
    return std::nullopt;
  }
  return std::move(*ciphertext);
}

Result<Bytes> SealedContributions::Sum() {
  std::vector<Bytes> opened;
  included_.clear();
  for (const auto& [party, sealed] : std::exchange(sealed_, {})) {
    if (auto ciphertext = TRY(Open(party, sealed))) {
      opened.push_back(std::move(*ciphertext));
      included_.push_back(party);
    }
  }
  if (opened.size() < roll_.terms().quorum) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("{} of {} contributions that a sum needs are well-formed; {}", opened.size(),
                            roll_.terms().quorum, faults_.front().message),
                "ask again without who sent the others");
  }
  const std::vector<ByteView> parts(opened.begin(), opened.end());
  return he::Add(ShapeOf(roll_.terms()), parts);
}

}  // namespace concordat::aggregation
