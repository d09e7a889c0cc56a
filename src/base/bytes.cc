#include "base/bytes.h"

#include <array>

namespace concordat {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// What a character stands for; 64 for what is none of them.
constexpr std::array<std::uint8_t, 256> PlacesInBase64() {
  std::array<std::uint8_t, 256> places{};
  places.fill(64);
  for (std::size_t i = 0; i < kBase64.size(); ++i)
    places[static_cast<std::uint8_t>(kBase64[i])] = static_cast<std::uint8_t>(i);
  return places;
}

tl::unexpected<Error> NotBase64() {
  return Fail(ErrorCode::kInvalidArgument, "not base64", "use RFC 4648 base64 with its padding");
}

}  // namespace

std::string ToHex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

Result<Bytes> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return Fail(ErrorCode::kInvalidArgument, "hex text of odd length");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = kHex.find(text[i]);
    const auto low = kHex.find(text[i + 1]);
    if (high == kHex.npos || low == kHex.npos) return Fail(ErrorCode::kInvalidArgument, "not lower-case hex");
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string ToBase64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t word = static_cast<std::uint32_t>(bytes[i]) << 16 |
                               (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8 : 0) |
                               (left > 2 ? bytes[i + 2] : 0);
    text += kBase64[word >> 18];
    text += kBase64[word >> 12 & 63];
    text += left > 1 ? kBase64[word >> 6 & 63] : '=';
    text += left > 2 ? kBase64[word & 63] : '=';
  }
  return text;
}

Result<Bytes> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return NotBase64();
  static constexpr auto kPlaces = PlacesInBase64();
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t word = 0;
  int bits = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const std::uint32_t value = kPlaces[static_cast<std::uint8_t>(c)];
    if (value == kBase64.size()) return NotBase64();
    word = (word << 6 | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>(word >> bits));
    }
  }
  if ((word & ((1U << bits) - 1)) != 0) return NotBase64();
  return bytes;
}

}  // namespace concordat
