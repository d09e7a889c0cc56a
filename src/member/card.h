// What members must know of each other to speak: who, by which keys, where. Format:
// docs/formats/invitation.md.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "crypto/cosignature.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace concordat::member {

struct Card {
  crypto::VerifyKey key;        // of its ledger, and its name
  crypto::CosignerKey witness;  // NAME/witness: cosigns others' logs
  crypto::Hash pin{};           // of its TLS key (crypto::KeyPin)
  std::uint64_t number = 1;     // of that key: each next one's is higher
  std::string address;          // "node.lewisham.example:6490"; empty: nobody can dial it
  bool non_disclosing = false;  // contributes to sums under encryption alone

  const std::string& name() const { return key.name(); }
};

Json CardJson(const Card& card);
// Errors: kInvalidArgument naming what is wrong.
Result<Card> ReadCard(const Json& json);

// "host:port", where a host is a name, an IPv4 address, or an IPv6 address in brackets. Errors:
// kInvalidArgument.
Result<void> CheckAddress(const std::string& address);

// Thirty digits in groups of five that two people compare by voice: equal only if each has the other's true
// key. Whoever stands in between needs two keys of their own whose digits collide, some 2^50 tries; each
// costs 2^16 hashes, and us some 20 ms.
std::string Fingerprint(const crypto::VerifyKey& a, const crypto::VerifyKey& b);

}  // namespace concordat::member
