// A series of sums among the same parties under one exchange of keys: every party is in every sum, and
// whoever has all contributions of a round adds them up. For fits, whose rounds need all members anyway: no
// sum is of some, so nobody's part is ever taken out again, and no seed need be in others' custody.
//
//   once:   Pledge from all → Meet, given all pledges.
//   a round: Contribute from all → Close, given all contributions: their total.
//
// Each contribution is signed, and the masks between two parties come from all that both were handed before:
// of those who were shown different things no masks cancel. Who learns what, and why: series.proof.md.
// Format: docs/formats/sum.md.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "aggregation/terms.h"
#include "base/bytes.h"
#include "base/int128.h"
#include "base/random.h"
#include "crypto/keys.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

namespace concordat::aggregation {

struct SeriesTerms {
  std::vector<crypto::VerifyKey> parties;  // by name, each once; one alone has nothing to mask
  std::size_t colluding = 0;               // of the parties, with the relay too
  bool shown = true;       // parties are handed each round's contributions, and add them up themselves
  crypto::Hash context{};  // of what the sums are for, a fresh session among it
};

// What all parties and the receiver know alike. Threading: one thread at a time.
class SeriesRoll {
 public:
  explicit SeriesRoll(SeriesTerms terms);

  const SeriesTerms& terms() const { return terms_; }
  const crypto::Hash& hash() const { return hash_; }  // of the terms
  const crypto::Hash& view() const { return view_; }  // of all that was handed round so far
  const crypto::X25519Public& KeyOf(std::size_t party) const { return keys_[party]; }

  // Pledges of all parties, in their order; once. Errors, which name the party: kInvalidArgument: terms that
  // are none, one too few, malformed; kPermissionDenied: not signed for this series.
  Result<void> Meet(std::span<const Bytes> pledges);
  // A round begins, about `subject` (a state, say) and of so many numbers. Precondition (CHECK): met.
  void Begin(ByteView subject, std::size_t length);
  // Ends it: the total of all contributions, in the parties' order, modulo 2^128 as signed numbers. Errors,
  // final, which name the party: kInvalidArgument: one is missing, of another length;
  // kPermissionDenied: not signed for this round, or by who was shown something else.
  Result<std::vector<Int128>> Close(std::span<const Bytes> contributions);
  // SHA-256 of what a party said in the round that was closed last. Precondition: one was.
  const crypto::Hash& SaidBy(std::size_t party) const { return said_[party]; }

  Bytes PledgeText(std::size_t party, const crypto::X25519Public& key) const;
  Bytes ContributionText(std::size_t party, const crypto::Hash& digest) const;

 private:
  SeriesTerms terms_;
  crypto::Hash hash_{};
  crypto::Hash view_{};
  std::vector<crypto::X25519Public> keys_;
  std::vector<crypto::Hash> said_;
  std::uint32_t round_ = 0;
  std::size_t length_ = 0;
};

// One party's side. Secrets are wiped with it, and each round's masks with the round. Threading: one thread
// at a time.
class SeriesParty {
 public:
  // Precondition (CHECK): `key`, which outlives it, is that of party `self`.
  SeriesParty(SeriesTerms terms, std::size_t self, const crypto::SigningKey& key, RandomSource& random);

  const SeriesTerms& terms() const { return roll_.terms(); }
  Bytes Pledge() const;
  // Errors: the roll's; kPermissionDenied when its own pledge is not among them.
  Result<void> Meet(std::span<const Bytes> pledges);
  // Its contribution to the next round. Once a round: the second of one round would be under the same masks,
  // so there is none. Precondition (CHECK): met.
  Bytes Contribute(ByteView subject, std::span<const Int128> values);
  // The total of the round that it contributed to. Errors: the roll's; kPermissionDenied when its own
  // contribution is not among them.
  Result<std::vector<Int128>> Close(std::span<const Bytes> contributions);

 private:
  SeriesRoll roll_;
  std::size_t self_;
  const crypto::SigningKey& key_;
  crypto::X25519Key masking_;
  std::map<std::size_t, crypto::Secret32> pairs_;  // by neighbour; another in each round
  crypto::Hash said_{};                            // SHA-256 of its newest contribution
};

}  // namespace concordat::aggregation
