// Parameters to values, from PostgreSQL's text and binary forms.
#pragma once

#include <optional>
#include <string_view>

#include "base/refusal.h"
#include "base/value.h"
#include "pgwire/message.h"

namespace concordat::pgwire {

// Integers (int2, int4, int8, oid) are int64, floats double, numeric int64 where it is a whole number that
// fits and double otherwise; date, timestamp, timestamptz (as UTC) are what they say; all else stays text,
// which must be UTF-8. Refuses 22P02, 22P03, 22003 (out of range), 22007 (no such date), 22021 (not UTF-8).
Outcome<Value> DecodeText(std::string_view text, oid::Oid type);
// Arrays become their text form. Refuses 0A000 for types whose binary form is not known here.
Outcome<Value> DecodeBinary(std::string_view bytes, oid::Oid type);
// 22P03: bytes that are no value of the type.
tl::unexpected<Refusal> BadBinary(oid::Oid type);

Outcome<Value> DecodeParameter(const std::optional<std::string>& bytes, oid::Oid type, Format format);

}  // namespace concordat::pgwire
