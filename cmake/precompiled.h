// What nearly every source includes and nearly never changes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <nlohmann/json.hpp>
#include <tl/expected.hpp>
#include <variant>
#include <vector>
