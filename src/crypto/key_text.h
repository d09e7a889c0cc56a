// The text forms that every kind of Ed25519 key shares (c2sp.org/signed-note, "Verifier keys").
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace concordat::crypto {

using RawKey = std::array<std::uint8_t, 32>;  // public key, or private seed

// The signature type that a key is for: the same 32 bytes under another type are another key.
enum class KeyType : std::uint8_t { kNote = 0x01, kCosignature = 0x04 };

struct KeyParts {
  std::string name;
  std::uint32_t id = 0;  // as written; not yet held against the key
  RawKey key;
};

// The public key of a seed; `secret` receives libsodium's private key.
RawKey PublicHalf(const RawKey& seed, std::array<std::uint8_t, 64>& secret);
// First four bytes, big endian, of SHA-256(name || "\n" || type || public key).
std::uint32_t KeyId(KeyType type, const std::string& name, const RawKey& key);
// NAME+HASH+BASE64(type || key), the hash in eight hex digits.
std::string FormatKey(KeyType type, const KeyParts& parts);
// Errors: kInvalidArgument: not of that form or type, a name that is none (IsKeyName).
Result<KeyParts> ParseKey(KeyType type, std::string_view text);

inline constexpr std::string_view kSecretKeyPrefix = "PRIVATE+KEY+";
// A secret key's text without its prefix; the public half must meet the id written. Errors: kInvalidArgument.
Result<KeyParts> ParseSecretKey(KeyType type, std::string_view text);
// The error of a key whose id is not that of its bytes.
tl::unexpected<Error> WrongKeyId(const std::string& name);

}  // namespace concordat::crypto
