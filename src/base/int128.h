// 128-bit integers: sums of clipped values are exact in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace concordat {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

std::string ToString(Int128 value);
std::optional<Int128> ParseInt128(std::string_view text);  // decimal; none when malformed or out of range

}  // namespace concordat
