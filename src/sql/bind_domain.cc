#include "sql/bind_domain.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/utf8.h"

namespace concordat::sql {
namespace {

using Values = std::vector<Value>;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr double kMostIntegers = 200;
constexpr std::size_t kMostSteps = 400;
constexpr std::int64_t kMicrosecondsADay = 86'400'000'000;

std::optional<Values> WholeNumbers(const std::optional<Range>& range) {
  if (!range || !(range->high - range->low <= kMostIntegers) || std::abs(range->low) > 9e15) return {};
  Values values;
  for (double v = std::ceil(range->low); v <= range->high; ++v)
    values.emplace_back(static_cast<std::int64_t>(v));
  return values;
}

std::optional<Values> Days(const std::optional<Range>& range) {
  if (!range || !(range->high - range->low < static_cast<double>(kMostSteps)) || std::abs(range->low) > 3e6)
    return {};
  Values values;
  for (double v = std::ceil(range->low); v <= range->high; ++v)
    values.emplace_back(Date{static_cast<std::int32_t>(v)});
  return values;
}

// The first day of the period that `day` falls into.
std::optional<sys_days> Truncated(sys_days day, const std::string& field) {
  const year_month_day date(day);
  const auto month = static_cast<unsigned>(date.month());
  if (field == "day") return day;
  if (field == "week") return day - (std::chrono::weekday(day) - std::chrono::Monday);
  if (field == "month") return sys_days(date.year() / date.month() / 1);
  if (field == "quarter") return sys_days(date.year() / std::chrono::month((month - 1) / 3 * 3 + 1) / 1);
  if (field == "year") return sys_days(date.year() / 1 / 1);
  return {};
}

std::optional<Values> Periods(const Expr& trunc) {
  const Expr& moment = trunc.args[0];
  if (!moment.range || std::isinf(moment.range->low) || std::isinf(moment.range->high)) return {};
  const double unit = moment.type == Type::kDate ? 1 : static_cast<double>(kMicrosecondsADay);
  const double first = std::floor(moment.range->low / unit), last = std::floor(moment.range->high / unit);
  if (std::abs(first) > 3e6 || last - first > 3e5) return {};
  Values values;
  sys_days seen{};
  for (double d = first; d <= last; ++d) {
    const auto start = Truncated(sys_days(days(static_cast<int>(d))), trunc.text);
    if (!start) return {};
    if (!values.empty() && *start == seen) continue;
    seen = *start;
    values.emplace_back(Timestamp{start->time_since_epoch().count() * kMicrosecondsADay});
    if (values.size() > kMostSteps) return {};
  }
  return values;
}

void Add(Values& values, const Value& value) {
  if (!IsNull(value) && std::find(values.begin(), values.end(), value) == values.end())
    values.push_back(value);
}

// Branches that are literals or have domains themselves.
std::optional<Values> Branches(const Expr& expr, const Relation& relation) {
  Values values;
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    const bool condition = expr.op == Op::kCase && i % 2 == 0 && i + 1 < expr.args.size();
    if (condition) continue;
    const auto branch = DomainOf(expr.args[i], relation);
    if (!branch) return {};
    for (const Value& value : *branch) Add(values, value);
  }
  return values;
}

// Letters of ASCII alone change case the same way everywhere.
std::optional<Values> Cased(const Expr& expr, const Relation& relation) {
  const auto inner = DomainOf(expr.args[0], relation);
  if (!inner) return {};
  Values values;
  for (const Value& value : *inner) {
    if (IsNull(value)) continue;
    std::string text = std::get<std::string>(value);
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x80; })) return {};
    std::transform(text.begin(), text.end(), text.begin(), [&](unsigned char c) {
      return static_cast<char>(expr.op == Op::kLower ? std::tolower(c) : std::toupper(c));
    });
    Add(values, Value(text));
  }
  return values;
}

std::optional<Values> Listed(const Expr& expr, const Relation& relation) {
  if (expr.op == Op::kLiteral) return IsNull(expr.literal) ? Values{} : Values{expr.literal};
  if (expr.op == Op::kColumn) {
    const RelationColumn& column = relation.columns[static_cast<std::size_t>(expr.index)];
    if (!column.domain.empty()) return column.domain;
  }
  if (expr.type == Type::kBoolean) return Values{Value(false), Value(true)};
  switch (expr.op) {
    case Op::kCase:
    case Op::kCoalesce:
      if (auto branches = Branches(expr, relation)) return branches;
      break;
    case Op::kNullIf:
      return DomainOf(expr.args[0], relation);
    case Op::kLower:
    case Op::kUpper:
      return Cased(expr, relation);
    case Op::kDateTrunc:
      return Periods(expr);
    default:
      break;
  }
  if (expr.type == Type::kInteger) return WholeNumbers(expr.range);
  if (expr.type == Type::kDate) return Days(expr.range);
  return {};
}

}  // namespace

std::optional<Values> DomainOf(const Expr& expr, const Relation& relation) {
  auto values = Listed(expr, relation);
  if (!values) return {};
  std::erase_if(*values, [](const Value& value) { return IsNull(value); });
  if (expr.nullable) values->emplace_back(Null{});
  return values;
}

}  // namespace concordat::sql
