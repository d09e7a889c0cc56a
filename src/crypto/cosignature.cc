#include "crypto/cosignature.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "base/check.h"
#include "crypto/key_text.h"

namespace concordat::crypto {
namespace {

constexpr std::size_t kTimeBytes = 8;

// What is signed: a line that no other signed text begins with, the time, the checkpoint's text.
std::string Message(std::string_view text, std::uint64_t time_s) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time_s, text);
}

}  // namespace

CosignerKey::CosignerKey(std::string name, const RawKey& key)
    : name_(std::move(name)), key_(key), id_(KeyId(KeyType::kCosignature, name_, key)) {}

Result<CosignerKey> CosignerKey::Parse(std::string_view vkey) {
  const KeyParts parts = TRY(ParseKey(KeyType::kCosignature, vkey));
  CosignerKey key(parts.name, parts.key);
  if (key.id() != parts.id) return WrongKeyId(parts.name);
  return key;
}

std::string CosignerKey::Text() const { return FormatKey(KeyType::kCosignature, {name_, id_, key_}); }

Result<std::uint64_t> CosignerKey::Verify(std::string_view text, ByteView signature) const {
  const auto wrong = [this](const char* how) {
    return Fail(ErrorCode::kCorrupt, "the cosignature of " + name_ + how, "do not trust this note");
  };
  if (signature.size() != kTimeBytes + crypto_sign_BYTES) return wrong(" has a wrong length");
  std::uint64_t time_s = 0;
  for (const std::uint8_t byte : signature.first(kTimeBytes)) time_s = time_s << 8 | byte;
  if (time_s > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return wrong(" has no time");
  const std::string message = Message(text, time_s);
  const ByteView bytes = AsBytes(message);
  if (crypto_sign_verify_detached(signature.data() + kTimeBytes, bytes.data(), bytes.size(), key_.data()) !=
      0)
    return wrong(" does not fit the text");
  return time_s;
}

Cosigner::Cosigner(std::string name, const RawKey& seed)
    : seed_(seed), key_(std::move(name), PublicHalf(seed_, secret_)) {}

Cosigner::~Cosigner() {
  sodium_memzero(seed_.data(), seed_.size());
  sodium_memzero(secret_.data(), secret_.size());
}

Result<Cosigner> Cosigner::Generate(std::string name, RandomSource& random) {
  if (!IsKeyName(name)) {
    return Fail(ErrorCode::kInvalidArgument, "'" + name + "' cannot name a key",
                "use letters, digits, dots and hyphens");
  }
  RawKey seed;
  random.Fill(seed);
  Cosigner cosigner(std::move(name), seed);
  sodium_memzero(seed.data(), seed.size());
  return cosigner;
}

Result<Cosigner> Cosigner::Parse(std::string_view text) {
  KeyParts parts = TRY(ParseSecretKey(KeyType::kCosignature, text));
  Cosigner cosigner(parts.name, parts.key);
  sodium_memzero(parts.key.data(), parts.key.size());
  if (cosigner.key_.id() != parts.id) return WrongKeyId(parts.name);
  return cosigner;
}

std::string Cosigner::SecretText() const {
  KeyParts parts{key_.name(), key_.id(), seed_};
  std::string text = std::string(kSecretKeyPrefix) + FormatKey(KeyType::kCosignature, parts);
  sodium_memzero(parts.key.data(), parts.key.size());
  return text;
}

NoteSignature Cosigner::Cosign(std::string_view text, Time time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  CHECK(seconds >= 0 && text.ends_with('\n'));
  const auto time_s = static_cast<std::uint64_t>(seconds);
  NoteSignature signature{.name = key_.name(), .id = key_.id(), .signature = Bytes(kTimeBytes)};
  for (std::size_t i = 0; i < kTimeBytes; ++i)
    signature.signature[i] = static_cast<std::uint8_t>(time_s >> (8 * (kTimeBytes - 1 - i)));
  const std::string message = Message(text, time_s);
  const ByteView bytes = AsBytes(message);
  Signature signed_bytes;
  crypto_sign_detached(signed_bytes.data(), nullptr, bytes.data(), bytes.size(), secret_.data());
  signature.signature.insert(signature.signature.end(), signed_bytes.begin(), signed_bytes.end());
  return signature;
}

namespace {

// The newest, when there are several: witnesses sign again what they signed before.
Result<std::optional<Cosigned>> NewestBy(const CosignerKey& key, const Note& note) {
  std::optional<Cosigned> newest;
  for (const NoteSignature& found : note.signatures) {
    if (found.name != key.name() || found.id != key.id()) continue;
    const std::uint64_t time_s = TRY(key.Verify(note.text, found.signature));
    if (!newest || newest->time_s < time_s) newest = Cosigned{key.name(), time_s};
  }
  return newest;
}

}  // namespace

Result<std::vector<Cosigned>> VerifyCosignatures(const Note& note, const std::vector<CosignerKey>& keys) {
  std::vector<Cosigned> cosigned;
  std::set<RawKey> counted;
  for (const CosignerKey& key : keys) {
    const auto newest = TRY(NewestBy(key, note));
    if (newest && counted.insert(key.bytes()).second) cosigned.push_back(*newest);
  }
  return cosigned;
}

}  // namespace concordat::crypto
