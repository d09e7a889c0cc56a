// Parts of a model's JSON, each looked at before it is used.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace concordat::model {

tl::unexpected<Error> WrongModel(const std::string& what);
tl::unexpected<Error> TooLarge(const std::string& what);

// An object with no fields but those. Errors of all: kInvalidArgument.
Result<void> CheckFields(const Json& json, std::string_view what, const std::vector<std::string_view>& known);
Result<const Json*> FieldOf(const Json& object, const std::string& name);
// 1 to 1,000 bytes without control characters.
Result<std::string> TextOf(const Json& object, const std::string& name);
Result<double> NumberOf(const Json& value, std::string_view what);
Result<std::vector<double>> NumbersOf(const Json& object, const std::string& name, std::size_t most);
Result<std::vector<std::string>> TextsOf(const Json& object, const std::string& name, std::size_t most);

}  // namespace concordat::model
