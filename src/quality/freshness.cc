#include "quality/freshness.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/name.h"

namespace concordat::quality {
namespace {

struct Unit {
  const char* name;
  std::chrono::hours length;
};
constexpr std::array kUnits = {Unit{"h", std::chrono::hours(1)},     Unit{"hour", std::chrono::hours(1)},
                               Unit{"d", std::chrono::days(1)},      Unit{"day", std::chrono::days(1)},
                               Unit{"w", std::chrono::weeks(1)},     Unit{"week", std::chrono::weeks(1)},
                               Unit{"month", std::chrono::days(31)}, Unit{"y", std::chrono::days(366)},
                               Unit{"year", std::chrono::days(366)}};
constexpr double kMost = 1000;

}  // namespace

std::optional<Milliseconds> PromisedEvery(const catalogue::About& about) {
  for (const catalogue::Promise& promise : about.promises) {
    if (promise.property != "frequency") continue;
    double value = 0;
    const char* const end = promise.value.data() + promise.value.size();
    const auto read = std::from_chars(promise.value.data(), end, value);
    std::string name = Lower(promise.unit);
    if (name.size() > 1 && name.ends_with('s')) name.pop_back();
    const auto unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& row) { return name == row.name; });
    if (read.ec != std::errc() || read.ptr != end || !(value > 0 && value <= kMost) || unit == kUnits.end())
      continue;
    return std::chrono::duration_cast<Milliseconds>(unit->length * value);
  }
  return std::nullopt;
}

}  // namespace concordat::quality
