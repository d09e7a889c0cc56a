// Reading what entries say, where a fold passes over what it does not know.
#pragma once

#include <string>

#include "base/json.h"

namespace concordat::ledger {

// The text in a field of an object; empty where there is none.
std::string TextIn(const Json& object, const char* field);

}  // namespace concordat::ledger
