// Reading what entries say, where a fold passes over what it does not know.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"

namespace concordat::ledger {

// The text in a field of an object; empty where there is none.
std::string TextIn(const Json& object, const char* field);
// The same of a number; 0 where there is none.
double NumberIn(const Json& object, const char* field);
// Which round of a fit a charge or release is of, from 1; 1 where it is of no fit.
std::uint64_t RoundOf(const Json& body);
// Of which job a round of a fit is, at the node that asked; empty elsewhere.
std::string JobOf(const Json& body);

}  // namespace concordat::ledger
