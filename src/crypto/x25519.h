// X25519: two parties that know each other's public keys share a secret. Source: RFC 7748; libsodium does the
// work.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "crypto/secret.h"

namespace concordat::crypto {

using X25519Public = std::array<std::uint8_t, 32>;

// With a key of small order every secret is known to all: nobody is to use one.
bool HasSmallOrder(const X25519Public& key);

class X25519Key {
 public:
  // Any 32 bytes are a key (section 5 says which bits are ignored).
  explicit X25519Key(const Secret32& seed);

  const X25519Public& public_key() const { return public_key_; }
  // Never a key by itself: derive one (hkdf.h). Errors: kInvalidArgument for a public key of small order,
  // with which the secret would be known to all.
  Result<Secret32> SharedWith(const X25519Public& other) const;

 private:
  Secret32 seed_;
  X25519Public public_key_;
};

}  // namespace concordat::crypto
