#include "crypto/keys.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/key_text.h"

namespace concordat::crypto {

bool IsKeyName(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '+'; });
}

VerifyKey::VerifyKey(std::string name, const RawKey& key)
    : name_(std::move(name)), key_(key), id_(KeyId(KeyType::kNote, name_, key)) {}

Result<VerifyKey> VerifyKey::Parse(std::string_view vkey) {
  const KeyParts parts = TRY(ParseKey(KeyType::kNote, vkey));
  VerifyKey key(parts.name, parts.key);
  if (key.id() != parts.id) return WrongKeyId(parts.name);
  return key;
}

std::string VerifyKey::Text() const { return FormatKey(KeyType::kNote, {name_, id_, key_}); }

bool VerifyKey::Verify(ByteView message, const Signature& signature) const {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key_.data()) == 0;
}

RawKey PublicHalf(const RawKey& seed, std::array<std::uint8_t, 64>& secret) {
  RawKey key;
  crypto_sign_seed_keypair(key.data(), secret.data(), seed.data());
  return key;
}

SigningKey::SigningKey(std::string name, const RawKey& seed)
    : seed_(seed), verify_key_(std::move(name), PublicHalf(seed_, secret_)) {}

SigningKey::~SigningKey() {
  sodium_memzero(seed_.data(), seed_.size());
  sodium_memzero(secret_.data(), secret_.size());
}

Result<SigningKey> SigningKey::Generate(std::string name, RandomSource& random) {
  if (!IsKeyName(name)) {
    return Fail(ErrorCode::kInvalidArgument, "'" + name + "' cannot name a key",
                "use letters, digits, dots and hyphens");
  }
  RawKey seed;
  random.Fill(seed);
  SigningKey key(std::move(name), seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SigningKey> SigningKey::Parse(std::string_view text) {
  KeyParts parts = TRY(ParseSecretKey(KeyType::kNote, text));
  SigningKey key(parts.name, parts.key);
  sodium_memzero(parts.key.data(), parts.key.size());
  if (key.verify_key_.id() != parts.id) return WrongKeyId(parts.name);
  return key;
}

std::string SigningKey::SecretText() const {
  KeyParts parts{verify_key_.name(), verify_key_.id(), seed_};
  std::string text = std::string(kSecretKeyPrefix) + FormatKey(KeyType::kNote, parts);
  sodium_memzero(parts.key.data(), parts.key.size());
  return text;
}

Signature SigningKey::Sign(ByteView message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
  return signature;
}

}  // namespace concordat::crypto
