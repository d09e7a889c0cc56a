#include "sql/generate_clip.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/mutation.h"
#include "sql/generate_expr.h"

namespace concordat::sql {

std::string BoundLiteral(Type type, double end) {
  if (!std::isfinite(end)) return "";
  constexpr double kMost = 9'223'372'036'854'774'784.0;  // the largest double below 2^63
  const auto whole = [&](double value) {
    return static_cast<std::int64_t>(std::clamp(value, -kMost, kMost));
  };
  switch (type) {
    case Type::kInteger:
      return std::to_string(whole(end));
    case Type::kNumber:
      return NumberLiteral(end);
    case Type::kDate:
      return DateLiteral(whole(end));
    case Type::kTimestamp:
      return TimestampLiteral(whole(end));
    default:
      return "";
  }
}

// LEAST and GREATEST alone would make an end of NULL.
std::string Clip(const std::string& value, const std::string& low, const std::string& high) {
  if (low.empty() && high.empty()) return value;
  std::string pulled = value;
  if (!low.empty()) pulled = fmt::format("GREATEST({}, {})", pulled, low);
  if (!high.empty()) pulled = fmt::format("LEAST({}, {})", pulled, high);
  return fmt::format("CASE WHEN {} IS NOT NULL THEN {} END", value, pulled);
}

// NaN sorts above all numbers. Comparing doubles is most of what this
// costs, so values in their place meet one comparison alone.
std::string ClipNumber(const std::string& value, const Range& range) {
  return fmt::format(
      "CASE WHEN {0} BETWEEN {1} AND {2} THEN {0} WHEN {0} < {1} THEN {1} "
      "WHEN {0} < CAST('NaN' AS DOUBLE PRECISION) THEN {2} END",
      value, NumberLiteral(range.low), NumberLiteral(range.high));
}

std::string ClipInteger(const std::string& value, std::int64_t low, std::int64_t high) {
  return Mutated("clip_left_out") ? value : Clip(value, std::to_string(low), std::to_string(high));
}

// Texts are looked for in a list: the engine does
// that once for each text of a file's dictionary, and IN once for each row.
std::string Among(const std::string& value, const std::string& clipped, Type type,
                  const std::vector<std::string>& values) {
  const std::string list = fmt::to_string(fmt::join(values, ", "));
  const std::string is_among = type == Type::kText ? fmt::format("list_contains([{}], {})", list, value)
                                                   : fmt::format("{} IN ({})", value, list);
  return fmt::format("CASE WHEN {} THEN {} END", is_among, clipped);
}

}  // namespace concordat::sql
