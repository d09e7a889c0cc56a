// numeric between its decimal text and PostgreSQL's binary form: digits of base 10,000, the weight of the
// first, a sign and the decimals shown. Source: PostgreSQL 15, comments of src/backend/utils/adt/numeric.c.
#pragma once

#include <string>
#include <string_view>

#include "base/refusal.h"

namespace concordat::pgwire {

// `text`: decimal digits with an optional sign, point and exponent, "NaN", "Infinity". Refuses 22P02
// otherwise.
Outcome<void> AppendNumericBinary(std::string& out, std::string_view text);
// Refuses 22P03 if malformed.
Outcome<std::string> DecodeNumericBinary(std::string_view bytes);

}  // namespace concordat::pgwire
