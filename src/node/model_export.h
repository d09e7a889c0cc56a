// Fitted models in forms that other programs read.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace concordat::node {

// The forms there are, in the order in which they are told.
std::vector<std::string> ExportForms();
// Those that a model has.
std::vector<std::string> FormsOf(const Json& model);
// No text: to be written to a file.
bool IsBinary(const std::string& form);
// `model`: learning::Fitted::model. Errors: kInvalidArgument: there is no such form, or the model has none of
// it.
Result<std::string> ExportModel(const Json& model, const std::string& form);

}  // namespace concordat::node
