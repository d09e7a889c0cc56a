// JSON values. Include this in headers; include <nlohmann/json.hpp> only in sources.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace concordat {
using Json = nlohmann::json;
}  // namespace concordat
