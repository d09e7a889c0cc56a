// Dates and timestamps from ISO 8601 text, which is what clients send: "2026-11-23", "2026-11-23
// 07:10:04.123456+01:00".
#pragma once

#include <string_view>

#include "base/refusal.h"
#include "base/value.h"

namespace concordat::pgwire {

// Refuses 22007 (malformed) and 22008 (no such day or time).
Outcome<Value> DateFromText(std::string_view text);
// A zone's offset is applied where `zoned`, so that the result is UTC, and passed over where not, as
// PostgreSQL does.
Outcome<Value> TimestampFromText(std::string_view text, bool zoned);

}  // namespace concordat::pgwire
