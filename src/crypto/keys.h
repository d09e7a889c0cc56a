// Ed25519 keys with a name, as C2SP signed notes know them (c2sp.org/signed-note).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"

namespace concordat::crypto {

using Signature = std::array<std::uint8_t, 64>;

// A public key and whose it is. Text form (vkey): NAME+HASH+BASE64(0x01 || key).
class VerifyKey {
 public:
  VerifyKey(std::string name, const std::array<std::uint8_t, 32>& key);
  // Errors: kInvalidArgument: not a vkey, a name with '+' or white space, a key id that does not fit.
  static Result<VerifyKey> Parse(std::string_view vkey);

  const std::string& name() const { return name_; }
  // First four bytes, big endian, of SHA-256(name || "\n" || 0x01 || key).
  std::uint32_t id() const { return id_; }
  std::string Text() const;
  bool Verify(ByteView message, const Signature& signature) const;

 private:
  std::string name_;
  std::array<std::uint8_t, 32> key_;
  std::uint32_t id_;
};

// A private key; its memory is wiped when it goes. Text form, for a file of mode 0600 alone:
// PRIVATE+KEY+NAME+HASH+BASE64(0x01 || seed), as other signed-note tools write it.
class SigningKey {
 public:
  static Result<SigningKey> Generate(std::string name, RandomSource& random);
  static Result<SigningKey> Parse(std::string_view text);
  SigningKey(SigningKey&&) = default;
  SigningKey& operator=(SigningKey&&) = default;
  ~SigningKey();

  const VerifyKey& verify_key() const { return verify_key_; }
  std::string SecretText() const;
  Signature Sign(ByteView message) const;

 private:
  SigningKey(std::string name, const std::array<std::uint8_t, 32>& seed);

  std::array<std::uint8_t, 32> seed_;
  std::array<std::uint8_t, 64> secret_;
  VerifyKey verify_key_;
};

// Names of members and keys: not empty, no white space, no '+', printable ASCII.
bool IsKeyName(std::string_view name);

}  // namespace concordat::crypto
