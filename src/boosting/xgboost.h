// A boosted ensemble as XGBoost reads it.
#pragma once

#include "base/json.h"
#include "base/result.h"

namespace concordat::boosting {

// The model in XGBoost's own JSON schema (its documentation, "Introduction to Model IO"), for versions 1.7
// and later: features are numbers ("float") and levels by their place ("c", to be read with
// enable_categorical = True). All hessians are 0: sums of them would show how many rows a leaf has.
// Errors: kInvalidArgument: not a model that boost made.
Result<Json> XgboostJson(const Json& model);

}  // namespace concordat::boosting
