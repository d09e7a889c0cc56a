// Seeds in others' custody: each party deals shares of its seeds to all that committed, sealed to each;
// quorum of them can give back the seed of one that died.
//
// A dealing is, for each of those parties by index: the hashes of its shares, one a seed, and the shares
// sealed to it (X25519, HKDF-SHA256, ChaCha20-Poly1305). So a share that is given back is known to be the one
// dealt, and a share that was dealt wrongly is seen before it matters. Format: docs/formats/sum.md.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "aggregation/shamir.h"
#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

namespace concordat::aggregation {

// Public keys to seal to, by party: of all that committed.
using SealingKeys = std::map<std::uint16_t, crypto::X25519Public>;

// What binds the shares of one sum.
struct Custody {
  crypto::Hash terms{};
  std::size_t quorum = 0;
  std::size_t seeds = 0;  // that each party deals
};

crypto::Secret32 NewSeed(RandomSource& random);

// Length of a dealing to so many parties.
std::size_t DealingBytes(const Custody& custody, std::size_t parties);

// The shares that one party holds of others' seeds, and its own dealing.
class Holder {
 public:
  Holder(const Custody& custody, std::uint16_t self, RandomSource& random);

  const crypto::X25519Public& public_key() const { return key_.public_key(); }
  // To all of `keys`, this party among them. Precondition (CHECK): as many seeds as the custody says; at
  // least quorum keys, none of small order.
  Bytes Deal(const SealingKeys& keys, std::span<const crypto::Secret32> seeds, RandomSource& random);
  // Takes this party's shares out of `dealer`'s dealing. Precondition (CHECK): dealt itself; the dealing's
  // length. Errors: kPermissionDenied when they do not open or are not those whose hashes it shows.
  Result<void> Take(std::uint16_t dealer, ByteView dealing);
  // The share of that seed of `dealer`'s. Precondition (CHECK): taken.
  const crypto::Secret32& ShareOf(std::uint16_t dealer, std::size_t seed) const;

 private:
  crypto::Secret32 SealingKey(std::uint16_t dealer, std::uint16_t holder) const;

  Custody custody_;
  std::uint16_t self_;
  crypto::X25519Key key_;
  SealingKeys keys_;
  std::map<std::uint16_t, std::vector<crypto::Secret32>> held_;
};

// A share that its holder gives back.
struct GivenShare {
  std::uint16_t dealer = 0;
  std::size_t seed = 0;
  std::uint16_t holder = 0;
  ByteView share;  // 32 bytes
};

// What is given back of dealt seeds, as whoever collects it sees it.
class Collection {
 public:
  explicit Collection(const Custody& custody) : custody_(custody) {}

  // Learns the hashes of a dealing. Precondition (CHECK): its length for so many holders.
  void Learn(std::uint16_t dealer, const std::vector<std::uint16_t>& holders, ByteView dealing);
  // Is it the share that was dealt? Errors: kPermissionDenied. Precondition (CHECK): of a dealing that was
  // learned.
  Result<void> Check(const GivenShare& given) const;
  void Take(const GivenShare& given);
  // Errors: kUnavailable with fewer shares than quorum.
  Result<crypto::Secret32> Restore(std::uint16_t dealer, std::size_t seed) const;

 private:
  using SeedOf = std::pair<std::uint16_t, std::size_t>;  // dealer, seed

  Custody custody_;
  std::map<SeedOf, std::map<std::uint16_t, crypto::Hash>> hashes_;  // by holder
  std::map<SeedOf, std::vector<Share>> shares_;
};

}  // namespace concordat::aggregation
