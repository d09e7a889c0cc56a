#include "aggregation/custody.h"

#include <algorithm>

#include "aggregation/octets.h"
#include "base/check.h"
#include "crypto/aead.h"
#include "crypto/hkdf.h"

namespace concordat::aggregation {
namespace {

constexpr std::size_t kShareBytes = 32, kHashBytes = 32;

std::uint8_t PointOf(std::uint16_t party) { return static_cast<std::uint8_t>(party + 1); }

std::size_t SealedBytes(const Custody& custody) { return custody.seeds * kShareBytes + crypto::kSealBytes; }
std::size_t EntryBytes(const Custody& custody) { return custody.seeds * kHashBytes + SealedBytes(custody); }

// A share is 32 bytes that nobody guesses, so that its hash tells nothing of it.
crypto::Hash HashOfShare(const Custody& custody, const GivenShare& given) {
  Bytes about = Subject("concordat/sum/1/share\n", custody.terms, given.dealer);
  Append(about, given.holder);
  about.push_back(static_cast<std::uint8_t>(given.seed));
  return crypto::Sha256({about, given.share});
}

// The shares of each holder, for every seed: [seed][holder].
std::vector<std::vector<Share>> SharesOf(const Custody& custody, const SealingKeys& keys,
                                         std::span<const crypto::Secret32> seeds, RandomSource& random) {
  std::vector<std::uint8_t> points;
  for (const auto& [party, key] : keys) points.push_back(PointOf(party));
  std::vector<std::vector<Share>> shares;
  for (const crypto::Secret32& seed : seeds) shares.push_back(Deal(seed, points, custody.quorum, random));
  return shares;
}

}  // namespace

crypto::Secret32 NewSeed(RandomSource& random) {
  crypto::Secret32 secret;
  random.Fill(secret);
  return secret;
}

std::size_t DealingBytes(const Custody& custody, std::size_t parties) {
  return parties * EntryBytes(custody);
}

Holder::Holder(const Custody& custody, std::uint16_t self, RandomSource& random)
    : custody_(custody), self_(self), key_(NewSeed(random)) {}

// Both parties' public keys and places bind the key: it seals one text, ever.
crypto::Secret32 Holder::SealingKey(std::uint16_t dealer, std::uint16_t holder) const {
  const std::uint16_t other = dealer == self_ ? holder : dealer;
  const auto shared = key_.SharedWith(keys_.at(other));
  CHECK(shared);
  Bytes info;
  Append(info, AsBytes("concordat/sum/1/seal\n"));
  Append(info, dealer);
  Append(info, holder);
  Append(info, keys_.at(dealer));
  Append(info, keys_.at(holder));
  return crypto::DeriveKey({.secret = *shared, .salt = custody_.terms, .info = info});
}

Bytes Holder::Deal(const SealingKeys& keys, std::span<const crypto::Secret32> seeds, RandomSource& random) {
  CHECK(seeds.size() == custody_.seeds && keys.size() >= custody_.quorum && keys.contains(self_));
  keys_ = keys;
  const auto shares = SharesOf(custody_, keys, seeds, random);
  Bytes dealing;
  std::size_t place = 0;
  for (const auto& [holder, public_key] : keys) {
    const crypto::Secret32 key = SealingKey(self_, holder);
    Bytes text;
    text.reserve(seeds.size() * kShareBytes);  // so that no copy is left behind
    for (std::size_t seed = 0; seed < seeds.size(); ++seed) {
      const crypto::Secret32& share = shares[seed][place].value;
      Append(dealing, HashOfShare(custody_, {self_, seed, holder, share}));
      Append(text, share);
    }
    Append(dealing, crypto::SealOnce(key, text, custody_.terms));
    crypto::Wipe(text);
    ++place;
  }
  return dealing;
}

Result<void> Holder::Take(std::uint16_t dealer, ByteView dealing) {
  CHECK(dealing.size() == DealingBytes(custody_, keys_.size()) && keys_.contains(dealer));
  const auto place = static_cast<std::size_t>(std::distance(keys_.begin(), keys_.find(self_)));
  ByteView entry = dealing.subspan(place * EntryBytes(custody_), EntryBytes(custody_));
  ByteView hashes = TakeFirst(entry, custody_.seeds * kHashBytes);
  const crypto::Secret32 key = SealingKey(dealer, self_);
  auto text = crypto::OpenSealed(key, entry, custody_.terms);
  if (!text) return Fail(ErrorCode::kPermissionDenied, "dealt shares that do not open");
  std::vector<crypto::Secret32>& held = held_[dealer];
  bool as_hashed = true;
  for (std::size_t seed = 0; seed < custody_.seeds; ++seed) {
    const ByteView share = ByteView(*text).subspan(seed * kShareBytes, kShareBytes);
    as_hashed &= std::ranges::equal(TakeFirst(hashes, kHashBytes),
                                    HashOfShare(custody_, {dealer, seed, self_, share}));
    std::ranges::copy(share, held.emplace_back().data());
  }
  crypto::Wipe(*text);
  if (!as_hashed) return Fail(ErrorCode::kPermissionDenied, "dealt shares that do not fit their hashes");
  return {};
}

const crypto::Secret32& Holder::ShareOf(std::uint16_t dealer, std::size_t seed) const {
  const auto held = held_.find(dealer);
  CHECK(held != held_.end());
  return held->second.at(seed);
}

void Collection::Learn(std::uint16_t dealer, const std::vector<std::uint16_t>& holders, ByteView dealing) {
  CHECK(dealing.size() == DealingBytes(custody_, holders.size()));
  for (const std::uint16_t holder : holders) {
    for (std::size_t seed = 0; seed < custody_.seeds; ++seed)
      std::ranges::copy(TakeFirst(dealing, kHashBytes), hashes_[{dealer, seed}][holder].begin());
    TakeFirst(dealing, SealedBytes(custody_));
  }
}

Result<void> Collection::Check(const GivenShare& given) const {
  const auto hashes = hashes_.find({given.dealer, given.seed});
  CHECK(hashes != hashes_.end() && given.share.size() == kShareBytes);
  if (hashes->second.at(given.holder) == HashOfShare(custody_, given)) return {};
  return Fail(ErrorCode::kPermissionDenied, "gave back a share that is not the one dealt");
}

void Collection::Take(const GivenShare& given) {
  Share& taken = shares_[{given.dealer, given.seed}].emplace_back();
  taken.point = PointOf(given.holder);
  std::ranges::copy(given.share, taken.value.data());
}

Result<crypto::Secret32> Collection::Restore(std::uint16_t dealer, std::size_t seed) const {
  const auto shares = shares_.find({dealer, seed});
  if (shares == shares_.end() || shares->second.size() < custody_.quorum)
    return Fail(ErrorCode::kUnavailable, "too few shares were given back");
  return aggregation::Restore(std::span(shares->second).first(custody_.quorum));
}

}  // namespace concordat::aggregation
