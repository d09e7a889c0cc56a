// One-dimensional arrays between PostgreSQL's text form ("{a,\"b c\",NULL}") and its binary form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "pgwire/oid.h"

namespace concordat::pgwire {

using Elements = std::vector<std::optional<std::string>>;  // none: NULL

// Refuses 22P02 if malformed, 0A000 for more than one dimension.
Outcome<Elements> ParseArrayText(std::string_view text);
std::string ArrayText(const Elements& elements);

// `type` is the array's. oidvector and int2vector are written "1 2" and have 0 as their lower bound.
Outcome<void> AppendArrayBinary(std::string& out, std::string_view text, oid::Oid type);
// Binary to text form. Refuses 22P03 if malformed, 0A000 for more than one dimension.
Outcome<std::string> DecodeArrayBinary(std::string_view bytes, oid::Oid type);

}  // namespace concordat::pgwire
