// Keys from a secret. Source: RFC 5869, HKDF with SHA-256; OpenSSL does the work.
#pragma once

#include <span>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace concordat::crypto {

// What a key is derived from, and for.
struct Derivation {
  ByteView secret;  // input keying material
  ByteView salt;    // public; independent of the secret
  ByteView info;    // what the key is for: one purpose, one key
};

// Fills `key`: at most 255 x 32 bytes, at least one (CHECK).
void Hkdf(const Derivation& derivation, std::span<std::uint8_t> key);

inline Secret32 DeriveKey(const Derivation& derivation) {
  Secret32 key;
  Hkdf(derivation, key);
  return key;
}

}  // namespace concordat::crypto
