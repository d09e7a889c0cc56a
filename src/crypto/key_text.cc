#include "crypto/key_text.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "crypto/hash.h"
#include "crypto/keys.h"

namespace concordat::crypto {
namespace {

constexpr std::size_t kIdDigits = 8;

tl::unexpected<Error> NotAKey() {
  return Fail(ErrorCode::kInvalidArgument, "not a key", "a key reads name+8 hex digits+base64");
}

// Eight lower-case hex digits.
Result<std::uint32_t> ParseId(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (error != std::errc{} || end != text.data() + text.size() || fmt::format("{:08x}", id) != text)
    return NotAKey();
  return id;
}

}  // namespace

std::uint32_t KeyId(KeyType type, const std::string& name, const RawKey& key) {
  const auto typed = static_cast<std::uint8_t>(type);
  const Hash hash = Sha256({AsBytes(name), AsBytes("\n"), ByteView(&typed, 1), key});
  return static_cast<std::uint32_t>(hash[0]) << 24 | static_cast<std::uint32_t>(hash[1]) << 16 |
         static_cast<std::uint32_t>(hash[2]) << 8 | hash[3];
}

std::string FormatKey(KeyType type, const KeyParts& parts) {
  Bytes typed{static_cast<std::uint8_t>(type)};
  typed.insert(typed.end(), parts.key.begin(), parts.key.end());
  std::string text = fmt::format("{}+{:08x}+{}", parts.name, parts.id, ToBase64(typed));
  sodium_memzero(typed.data(), typed.size());
  return text;
}

// The base64 may itself hold '+', a name never does.
Result<KeyParts> ParseKey(KeyType type, std::string_view text) {
  const auto first = text.find('+');
  const auto second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos || second - first != kIdDigits + 1) return NotAKey();
  const std::uint32_t id = TRY(ParseId(text.substr(first + 1, kIdDigits)));
  KeyParts parts{std::string(text.substr(0, first)), id, {}};
  Bytes typed = TRY(FromBase64(text.substr(second + 1)));
  const bool fits = typed.size() == parts.key.size() + 1 && typed[0] == static_cast<std::uint8_t>(type) &&
                    IsKeyName(parts.name);
  if (fits) std::copy(typed.begin() + 1, typed.end(), parts.key.begin());
  sodium_memzero(typed.data(), typed.size());
  if (!fits) return NotAKey();
  return parts;
}

Result<KeyParts> ParseSecretKey(KeyType type, std::string_view text) {
  if (!text.starts_with(kSecretKeyPrefix)) return Fail(ErrorCode::kInvalidArgument, "not a signing key");
  return ParseKey(type, text.substr(kSecretKeyPrefix.size()));
}

tl::unexpected<Error> WrongKeyId(const std::string& name) {
  return Fail(ErrorCode::kInvalidArgument, "the key of '" + name + "' does not match its key id",
              "copy the key again, whole");
}

}  // namespace concordat::crypto
