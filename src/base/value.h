// A value of a table, a literal, a result: one type for all, so that no module converts another's.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/int128.h"

namespace concordat {

enum class Type { kBoolean, kInteger, kNumber, kText, kDate, kTimestamp };

// The name people see, which is also the SQL type's: boolean, bigint, double precision, text, date,
// timestamp.
const char* Name(Type type);

struct Date {
  std::int32_t days = 0;  // since 1970-01-01
  auto operator<=>(const Date&) const = default;
};

struct Timestamp {
  std::int64_t microseconds = 0;  // since 1970-01-01T00:00:00, no zone
  auto operator<=>(const Timestamp&) const = default;
};

using Null = std::monostate;
// Int128 appears in what an engine returns, never in a contract or an answer.
using Value = std::variant<Null, bool, std::int64_t, double, std::string, Date, Timestamp, Int128>;
using Row = std::vector<Value>;

inline bool IsNull(const Value& value) { return std::holds_alternative<Null>(value); }

// As PostgreSQL prints it with datestyle ISO: "t", "12", "1.5", "2026-11-23"; NULL prints as "".
std::string ToText(const Value& value);

}  // namespace concordat
