// Bytes and their text forms.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace concordat {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string ToHex(ByteView bytes);  // lower case
Result<Bytes> FromHex(std::string_view text);
std::string ToBase64(ByteView bytes);  // RFC 4648 section 4, padded
// Strict: padding required, no white space, no stray bits in the last character.
Result<Bytes> FromBase64(std::string_view text);

}  // namespace concordat
