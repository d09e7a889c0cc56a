// Two owners' descriptions of one question, held against each other: what differs, in words. Both come from
// the ledger or from another member, so anything may stand in them.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace concordat::release {

// Descriptions that are equal have no differences, and only those. At most `most` lines, the most telling
// first: "budapest: column chol has range [0, 700], here [0, 600]".
std::vector<std::string> DescriptionDifferences(const std::string& member, const Json& theirs,
                                                const Json& here, std::size_t most = 5);

}  // namespace concordat::release
