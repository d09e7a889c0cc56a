// A network's weights as a safetensors file: what loads them runs nothing. Format: docs/formats/network.md.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace concordat::network {

// `model`: what a fit left. The description, the formula's columns and their scales are in the metadata.
// Errors: those of ReadSaved.
Result<std::string> SafetensorsOf(const Json& model);

}  // namespace concordat::network
