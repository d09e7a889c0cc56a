// Sums of decision trees, as boosting makes them.
#pragma once

#include "model/document.h"

namespace concordat::model {

// {"link":…, "base":…, "trees":[node, …]}: a node is a number, or [input, threshold, below, else] where an
// input is a number, or [input, [levels' places], among, else] where it has levels. Errors:
// kInvalidArgument, kResourceExhausted.
Result<std::shared_ptr<const Score>> ReadTrees(const Json& json, const std::vector<learning::Field>& inputs);

}  // namespace concordat::model
