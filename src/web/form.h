// What a form without a script sends: application/x-www-form-urlencoded (WHATWG URL standard, section 5),
// read strictly.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace concordat::web {

// Errors: kInvalidArgument: past 16 KiB or 64 fields, a bad percent-encoding, a control character, not UTF-8,
// a name twice or none.
Result<std::map<std::string, std::string>> ParseForm(std::string_view body);

}  // namespace concordat::web
