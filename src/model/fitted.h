// From what a fit left behind to a model's document.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "base/refusal.h"
#include "catalogue/product.h"

namespace concordat::model {

struct Publishing {
  std::optional<catalogue::Range> range;  // that scores are pulled into; else what the response declares
  std::optional<double> lambda;           // which fit of a penalised path
};

// `fitted`: learning::Fitted::model of a glm, an lm, a penalised fit, boost or a network. Refusals:
// model_not_expressible, for other methods, what SQL has no form of and what is too large; option_invalid.
Outcome<Json> DocumentOf(const Json& fitted, const Publishing& publishing);

}  // namespace concordat::model
