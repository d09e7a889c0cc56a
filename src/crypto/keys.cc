#include "crypto/keys.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "crypto/hash.h"

namespace concordat::crypto {
namespace {

constexpr std::uint8_t kEd25519 = 0x01;  // C2SP signed-note: signature type
constexpr std::string_view kSecretPrefix = "PRIVATE+KEY+";
using Key = std::array<std::uint8_t, 32>;

std::uint32_t KeyId(const std::string& name, const Key& key) {
  const Hash hash = Sha256({AsBytes(name), AsBytes("\n"), ByteView(&kEd25519, 1), key});
  return static_cast<std::uint32_t>(hash[0]) << 24 | static_cast<std::uint32_t>(hash[1]) << 16 |
         static_cast<std::uint32_t>(hash[2]) << 8 | hash[3];
}

std::string KeyText(const Key& key) {
  Bytes typed{kEd25519};
  typed.insert(typed.end(), key.begin(), key.end());
  std::string text = ToBase64(typed);
  sodium_memzero(typed.data(), typed.size());
  return text;
}

struct Parts {
  std::string name;
  std::string id;
  Key key;
};

// NAME+HASH+BASE64: the base64 may itself hold '+', a name never does.
Result<Parts> Split(std::string_view text) {
  const auto wrong = [] {
    return Fail(ErrorCode::kInvalidArgument, "not a key", "a key reads name+8 hex digits+base64");
  };
  const auto first = text.find('+');
  const auto second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos || second - first != 9) return wrong();
  Parts parts{std::string(text.substr(0, first)), std::string(text.substr(first + 1, 8)), {}};
  Bytes typed = TRY(FromBase64(text.substr(second + 1)));
  const bool fits = typed.size() == 33 && typed[0] == kEd25519 && IsKeyName(parts.name);
  if (fits) std::copy(typed.begin() + 1, typed.end(), parts.key.begin());
  sodium_memzero(typed.data(), typed.size());
  if (!fits) return wrong();
  return parts;
}

tl::unexpected<Error> WrongId(const std::string& name) {
  return Fail(ErrorCode::kInvalidArgument, "the key of '" + name + "' does not match its key id",
              "copy the key again, whole");
}

}  // namespace

bool IsKeyName(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '+'; });
}

VerifyKey::VerifyKey(std::string name, const Key& key)
    : name_(std::move(name)), key_(key), id_(KeyId(name_, key)) {}

Result<VerifyKey> VerifyKey::Parse(std::string_view vkey) {
  const Parts parts = TRY(Split(vkey));
  VerifyKey key(parts.name, parts.key);
  if (fmt::format("{:08x}", key.id()) != parts.id) return WrongId(parts.name);
  return key;
}

std::string VerifyKey::Text() const { return fmt::format("{}+{:08x}+{}", name_, id_, KeyText(key_)); }

bool VerifyKey::Verify(ByteView message, const Signature& signature) const {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key_.data()) == 0;
}

namespace {

Key PublicHalf(const Key& seed, std::array<std::uint8_t, 64>& secret) {
  Key key;
  crypto_sign_seed_keypair(key.data(), secret.data(), seed.data());
  return key;
}

}  // namespace

SigningKey::SigningKey(std::string name, const Key& seed)
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
  Key seed;
  random.Fill(seed);
  SigningKey key(std::move(name), seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SigningKey> SigningKey::Parse(std::string_view text) {
  if (!text.starts_with(kSecretPrefix)) return Fail(ErrorCode::kInvalidArgument, "not a signing key");
  Parts parts = TRY(Split(text.substr(kSecretPrefix.size())));
  SigningKey key(parts.name, parts.key);
  sodium_memzero(parts.key.data(), parts.key.size());
  if (fmt::format("{:08x}", key.verify_key_.id()) != parts.id) return WrongId(parts.name);
  return key;
}

std::string SigningKey::SecretText() const {
  return fmt::format("{}{}+{:08x}+{}", kSecretPrefix, verify_key_.name(), verify_key_.id(), KeyText(seed_));
}

Signature SigningKey::Sign(ByteView message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
  return signature;
}

}  // namespace concordat::crypto
