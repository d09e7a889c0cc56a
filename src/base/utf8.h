// UTF-8, checked (RFC 3629).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace concordat {

// The code point at the start of `text`, which is cut off it; none where `text` does not start with a
// well-formed one (overlong forms and surrogates are not).
std::optional<char32_t> TakeCodePoint(std::string_view& text);
// Precondition: a code point that UTF-8 has.
void AppendCodePoint(std::string& text, char32_t point);
bool IsUtf8(std::string_view text);

}  // namespace concordat
