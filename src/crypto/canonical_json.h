// JSON with one form for one value, so that it can be hashed and signed. Source: RFC 8785 (JCS).
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace concordat::crypto {

// Reads JSON strictly: no duplicate keys, no text after the value, well-formed UTF-8, at most 64 levels deep,
// no number that a double cannot hold. Errors: kInvalidArgument naming the byte.
Result<Json> ParseJson(std::string_view text);

// The canonical form. Whole numbers past 2^53 that no double is are refused: write them as strings.
// Errors: kInvalidArgument: a number without a canonical form, text that is not UTF-8.
Result<std::string> CanonicalJson(const Json& value);

// A number as ECMAScript prints it (RFC 8785 section 3.2.2.3). Precondition: finite.
std::string CanonicalNumber(double number);

}  // namespace concordat::crypto
