#include "base/int128.h"

#include <algorithm>

namespace concordat {

std::string ToString(Int128 value) {
  const bool negative = value < 0;
  Uint128 rest = negative ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<Int128> ParseInt128(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty()) return {};
  const Uint128 limit = (static_cast<Uint128>(1) << 127) - (negative ? 0 : 1);
  Uint128 value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    const auto digit = static_cast<unsigned>(c - '0');
    if (value > (limit - digit) / 10) return {};
    value = value * 10 + digit;
  }
  return static_cast<Int128>(negative ? -value : value);
}

}  // namespace concordat
