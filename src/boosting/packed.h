// Trees in little room, for models that stand in an entry of a ledger: what boost_tree.h says of them without
// what splits gained. Format: docs/formats/boost.md.
#pragma once

#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "boosting/tree.h"

namespace concordat::boosting {

inline constexpr std::size_t kMostPackedTrees = 1000;

// Precondition: no tree grows any more; no more than 127 features.
Json PackTrees(const std::vector<BoostTree>& trees, const BoostBins& bins);
// Gains are 0. Errors: kInvalidArgument: not trees over these bins, or deeper ones.
Result<std::vector<BoostTree>> UnpackTrees(const Json& json, const BoostBins& bins, int depth);

}  // namespace concordat::boosting
