// A network as ONNX, operator set 17: from columns of the model matrix as the formula makes them ("x",
// float32, a row a row) to what is told ("y": a number, the chance of the second level, or of each level).
// Scales are within it; what drops is left out. Format: docs/formats/network.md.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace concordat::network {

// `model`: what a fit left. Errors: those of ReadSaved.
Result<std::string> OnnxOf(const Json& model);

}  // namespace concordat::network
