#include "aggregation/series.h"

#include <fmt/format.h>

#include <algorithm>

#include "aggregation/custody.h"
#include "aggregation/masks.h"
#include "aggregation/octets.h"
#include "aggregation/roll.h"
#include "base/check.h"
#include "base/mutation.h"
#include "crypto/hkdf.h"

namespace concordat::aggregation {
namespace {

constexpr std::size_t kSignatureBytes = crypto::Signature{}.size();

crypto::Hash HashOf(const SeriesTerms& terms) {
  Bytes text;
  Append(text, AsBytes("concordat/series/1/terms\n"));
  Append(text, static_cast<std::uint64_t>(terms.colluding));
  Append(text, static_cast<std::uint8_t>(terms.shown ? 1 : 0));
  Append(text, terms.context);
  for (const crypto::VerifyKey& party : terms.parties) {
    Append(text, AsBytes(party.Text()));
    Append(text, AsBytes("\n"));
  }
  return crypto::Sha256(text);
}

Result<void> CheckSeries(const SeriesTerms& terms) {
  const auto& parties = terms.parties;
  const bool in_order = std::ranges::is_sorted(parties, std::less_equal<>(), &crypto::VerifyKey::name);
  const bool parted =
      std::ranges::adjacent_find(parties, {}, &crypto::VerifyKey::name) == parties.end() && in_order;
  if (parties.empty() || parties.size() > kMostParties || !parted)
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a series is of 1 to {} parties, each once, by name", kMostParties));
  if (terms.colluding >= parties.size())
    return Fail(ErrorCode::kInvalidArgument, "a series in which all parties collude keeps nothing secret");
  return {};
}

// What follows a signature, and the signature.
struct Parts {
  crypto::Signature signature{};
  ByteView body;
};

Result<Parts> PartsOf(ByteView bytes, std::size_t body) {
  if (bytes.size() != kSignatureBytes + body)
    return Fail(ErrorCode::kInvalidArgument, "sent what is of another length");
  Parts parts;
  std::ranges::copy(TakeFirst(bytes, kSignatureBytes), parts.signature.begin());
  parts.body = bytes;
  return parts;
}

// The ring of neighbours that no c parties part: masks.h.
std::vector<std::uint16_t> NeighboursOf(const SeriesTerms& terms, std::size_t self) {
  return Neighbours({.way = Way::kMasks,
                     .width = Width::k128,
                     .length = 1,
                     .parties = terms.parties,
                     .quorum = terms.parties.size(),
                     .colluding = terms.colluding},
                    static_cast<std::uint16_t>(self));
}

}  // namespace

SeriesRoll::SeriesRoll(SeriesTerms terms) : terms_(std::move(terms)), hash_(HashOf(terms_)), view_(hash_) {}

Bytes SeriesRoll::PledgeText(std::size_t party, const crypto::X25519Public& key) const {
  Bytes text = Subject("concordat/series/1/pledge\n", hash_, static_cast<std::uint16_t>(party));
  Append(text, key);
  return text;
}

Bytes SeriesRoll::ContributionText(std::size_t party, const crypto::Hash& digest) const {
  Bytes text = Subject("concordat/series/1/contribution\n", view_, static_cast<std::uint16_t>(party));
  Append(text, digest);
  return text;
}

Result<void> SeriesRoll::Meet(std::span<const Bytes> pledges) {
  TRY(CheckSeries(terms_));
  if (pledges.size() != terms_.parties.size())
    return Fail(ErrorCode::kInvalidArgument, "a series needs the pledge of each party");
  Bytes text;
  Append(text, AsBytes("concordat/series/1/met\n"));
  Append(text, hash_);
  std::vector<crypto::X25519Public> keys(pledges.size());
  for (std::size_t party = 0; party < pledges.size(); ++party) {
    const std::string& name = terms_.parties[party].name();
    const auto parts = PartsOf(pledges[party], keys[party].size());
    if (!parts) return Blame(parts.error().code, name, parts.error().message);
    std::ranges::copy(parts->body, keys[party].begin());
    if (!terms_.parties[party].Verify(PledgeText(party, keys[party]), parts->signature))
      return Blame(ErrorCode::kPermissionDenied, name, "did not sign this key for this series");
    if (crypto::HasSmallOrder(keys[party]))
      return Blame(ErrorCode::kInvalidArgument, name, "sent a public key of small order");
    Append(text, keys[party]);
  }
  keys_ = std::move(keys);
  view_ = crypto::Sha256(text);
  return {};
}

void SeriesRoll::Begin(ByteView subject, std::size_t length) {
  CHECK(!keys_.empty());
  length_ = length;
  Bytes text;
  Append(text, AsBytes("concordat/series/1/round\n"));
  Append(text, view_);
  Append(text, ++round_);
  Append(text, static_cast<std::uint64_t>(length));
  Append(text, crypto::Sha256(subject));
  view_ = crypto::Sha256(text);
}

Result<std::vector<Int128>> SeriesRoll::Close(std::span<const Bytes> contributions) {
  if (contributions.size() != terms_.parties.size())
    return Fail(ErrorCode::kInvalidArgument, "a round needs the contribution of each party");
  Bytes total(BytesOf(Width::k128, length_));
  Bytes text;
  Append(text, AsBytes("concordat/series/1/said\n"));
  Append(text, view_);
  said_.clear();
  for (std::size_t party = 0; party < contributions.size(); ++party) {
    const std::string& name = terms_.parties[party].name();
    const auto parts = PartsOf(contributions[party], total.size());
    if (!parts) return Blame(parts.error().code, name, parts.error().message);
    const crypto::Hash& digest = said_.emplace_back(crypto::Sha256(parts->body));
    if (!terms_.parties[party].Verify(ContributionText(party, digest), parts->signature))
      return Blame(ErrorCode::kPermissionDenied, name,
                   fmt::format("did not sign this for round {}, or was shown something else", round_));
    AddResidues(Width::k128, total, parts->body);
    Append(text, digest);
  }
  if (terms_.shown) view_ = crypto::Sha256(text);
  return Numbers(Width::k128, total);
}

SeriesParty::SeriesParty(SeriesTerms terms, std::size_t self, const crypto::SigningKey& key,
                         RandomSource& random)
    : roll_(std::move(terms)), self_(self), key_(key), masking_(NewSeed(random)) {
  CHECK(self < roll_.terms().parties.size() && roll_.terms().parties[self].Text() == key.verify_key().Text());
}

Bytes SeriesParty::Pledge() const {
  const crypto::X25519Public& key = masking_.public_key();
  return Joined({key_.Sign(roll_.PledgeText(self_, key)), key});
}

Result<void> SeriesParty::Meet(std::span<const Bytes> pledges) {
  TRY(roll_.Meet(pledges));
  if (roll_.KeyOf(self_) != masking_.public_key())
    return Fail(ErrorCode::kPermissionDenied, "what this party pledged is not among the pledges",
                "its part of this series is over");
  for (const std::uint16_t other : NeighboursOf(terms(), self_)) {
    const auto shared = masking_.SharedWith(roll_.KeyOf(other));
    CHECK(shared);
    Bytes info;
    Append(info, AsBytes("concordat/series/1/pair\n"));
    Append(info, std::min(static_cast<std::uint16_t>(self_), other));
    Append(info, std::max(static_cast<std::uint16_t>(self_), other));
    pairs_[other] = crypto::DeriveKey({.secret = *shared, .salt = roll_.view(), .info = info});
  }
  return {};
}

Bytes SeriesParty::Contribute(ByteView subject, std::span<const Int128> values) {
  roll_.Begin(subject, values.size());
  const crypto::Hash salt = Mutated("masks_without_view") ? crypto::Hash{} : roll_.view();
  std::vector<Mask> masks;
  for (auto& [other, pair] : pairs_) {
    masks.push_back(
        {crypto::DeriveKey({.secret = pair, .salt = salt, .info = AsBytes("concordat/series/1/mask\n")}),
         self_ > other});
    pair = crypto::DeriveKey({.secret = pair, .salt = salt, .info = AsBytes("concordat/series/1/next\n")});
  }
  Bytes body = Residues(Width::k128, values);
  AddMasks(Width::k128, body, masks);
  said_ = crypto::Sha256(body);
  return Joined({key_.Sign(roll_.ContributionText(self_, said_)), body});
}

Result<std::vector<Int128>> SeriesParty::Close(std::span<const Bytes> contributions) {
  auto total = TRY(roll_.Close(contributions));
  if (roll_.SaidBy(self_) != said_)
    return Fail(ErrorCode::kPermissionDenied, "what this party contributed is not among the contributions",
                "its part of this series is over");
  return total;
}

}  // namespace concordat::aggregation
