// What concordat.boost fitted: sums of trees over cells of features, which follow missing values to the side
// that was learned for them.
#pragma once

#include "model/document.h"

namespace concordat::model {

// {"boost": {"objective":…, "base_score":…, "features":…, "trees":…}}, as docs/formats/boost.md has them.
// Errors: kInvalidArgument: not one, or features of other inputs; kResourceExhausted.
Result<std::shared_ptr<const Score>> ReadBoosted(const Json& json,
                                                 const std::vector<learning::Field>& inputs);

}  // namespace concordat::model
