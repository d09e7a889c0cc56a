#include "sql/bind_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/clock.h"
#include "sql/bind_range.h"

namespace concordat::sql {
namespace {

struct NamedType {
  const char* name;
  Type type;
};
constexpr NamedType kNamed[] = {
    {"bool", Type::kBoolean},        {"boolean", Type::kBoolean}, {"int2", Type::kInteger},
    {"int4", Type::kInteger},        {"int8", Type::kInteger},    {"smallint", Type::kInteger},
    {"int", Type::kInteger},         {"integer", Type::kInteger}, {"bigint", Type::kInteger},
    {"float4", Type::kNumber},       {"float8", Type::kNumber},   {"real", Type::kNumber},
    {"numeric", Type::kNumber},      {"decimal", Type::kNumber},  {"text", Type::kText},
    {"varchar", Type::kText},        {"bpchar", Type::kText},     {"date", Type::kDate},
    {"timestamp", Type::kTimestamp}, {"double", Type::kNumber},
};

std::string Trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n\r");
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

std::optional<bool> ParseBoolean(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* yes : {"t", "true", "y", "yes", "on", "1"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"f", "false", "n", "no", "off", "0"}) {
    if (text == no) return false;
  }
  return {};
}

template <class T>
std::optional<T> ParseNumber(const std::string& text) {
  T number{};
  const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(first, text.data() + text.size(), number);
  if (first == text.data() + text.size() || error != std::errc{} || end != text.data() + text.size())
    return {};
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(number)) return {};
  }
  return number;
}

// "2026-11-23", "2026-11-23 07:10:04[.5]" or with a T.
std::optional<std::int64_t> ParseMicroseconds(std::string text) {
  std::int64_t fraction = 0;
  if (const auto dot = text.find('.'); dot != text.npos) {
    std::string digits = text.substr(dot + 1);
    if (digits.empty() || digits.size() > 6 ||
        !std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
      return {};
    digits.resize(6, '0');
    fraction = *ParseNumber<std::int64_t>(digits);
    text.resize(dot);
  }
  if (text.size() == 16) text += ":00";
  if (text.size() == 19) {
    text[10] = text[10] == ' ' ? 'T' : text[10];
    text += 'Z';
  } else if (text.size() != 10 || fraction != 0) {
    return {};
  }
  const auto time = ParseTime(text);
  if (!time) return {};
  return std::chrono::microseconds(time->time_since_epoch()).count() + fraction;
}

std::optional<Value> Parsed(Type type, const std::string& text) {
  switch (type) {
    case Type::kText:
      return Value(text);
    case Type::kBoolean:
      if (const auto flag = ParseBoolean(Trimmed(text))) return Value(*flag);
      return {};
    case Type::kInteger:
      if (const auto whole = ParseNumber<std::int64_t>(Trimmed(text))) return Value(*whole);
      return {};
    case Type::kNumber:
      if (const auto number = ParseNumber<double>(Trimmed(text))) return Value(*number);
      return {};
    case Type::kDate:
    case Type::kTimestamp:
      break;
  }
  const auto microseconds = ParseMicroseconds(Trimmed(text));
  if (!microseconds) return {};
  constexpr std::int64_t kDay = 86'400'000'000;
  if (type == Type::kTimestamp) return Value(Timestamp{*microseconds});
  return Value(
      Date{static_cast<std::int32_t>((*microseconds - ((*microseconds % kDay) + kDay) % kDay) / kDay)});
}

}  // namespace

std::optional<double> AsPoint(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* date = std::get_if<Date>(&value)) return date->days;
  if (const auto* moment = std::get_if<Timestamp>(&value)) return static_cast<double>(moment->microseconds);
  return {};
}

Expr Literal(Value value, Type type) {
  Expr expr;
  expr.op = Op::kLiteral;
  expr.type = type;
  expr.nullable = IsNull(value);
  if (const auto point = AsPoint(value)) expr.range = PointRange(*point);
  expr.literal = std::move(value);
  return expr;
}

std::optional<Type> TypeNamed(const std::string& name) {
  for (const NamedType& named : kNamed) {
    if (name == named.name) return named.type;
  }
  return {};
}

Outcome<Value> ParseLiteral(Type type, const std::string& text, int position) {
  if (auto value = Parsed(type, text)) return *std::move(value);
  return Refuse("bad_literal", fmt::format("'{}' is not a {}", text.substr(0, 60), Name(type)),
                "write it as PostgreSQL would, such as 12, 1.5 or 2026-12-01", "22023", position);
}

std::optional<Type> Meet(Type a, Type b) {
  if (a == b) return a;
  if (IsNumeric(a) && IsNumeric(b)) return Type::kNumber;
  if (IsTime(a) && IsTime(b)) return Type::kTimestamp;
  return {};
}

Expr Converted(Expr expr, Type type) {
  if (expr.type == type) return expr;
  if (expr.op == Op::kLiteral && IsNull(expr.literal)) return NullOf(type);
  if (expr.op == Op::kLiteral && type == Type::kNumber) return Literal(*AsPoint(expr.literal), type);
  Expr cast;
  cast.op = Op::kCast;
  cast.type = type;
  cast.nullable = expr.nullable;
  cast.range = CastRange(expr, type);
  cast.args.push_back(std::move(expr));
  return cast;
}

}  // namespace concordat::sql
