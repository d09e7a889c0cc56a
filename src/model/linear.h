// Linear and generalised linear models: a formula, coefficients of its terms, and a link.
#pragma once

#include "model/document.h"

namespace concordat::model {

// {"formula":…, "family":…, "link":…, "terms":[…], "coefficients":[…]}. Errors: kInvalidArgument: not one, or
// terms that are not the formula's over these inputs; what has no form in SQL (splines, site(), probit);
// kResourceExhausted.
Result<std::shared_ptr<const Score>> ReadLinear(const Json& json, const std::vector<learning::Field>& inputs);

}  // namespace concordat::model
