#include "sql/bind_range.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sql/bind_type.h"

namespace concordat::sql {
namespace {

constexpr double kMicrosecondsOfDay = 86'400e6;
constexpr double kSlack = 0x1p-40;

// Rounding of doubles in ends and in the engine stays within the slack.
std::optional<Range> Widened(double low, double high, bool whole) {
  if (!std::isfinite(low) || !std::isfinite(high)) return {};
  if (whole) return Range{std::floor(low), std::ceil(high)};
  return Range{low - std::abs(low) * kSlack, high + std::abs(high) * kSlack};
}

std::optional<Range> ProductsOf(const Range& a, const Range& b, bool whole) {
  const std::array corners = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
  return Widened(*std::min_element(corners.begin(), corners.end()),
                 *std::max_element(corners.begin(), corners.end()), whole);
}

// Division by zero is NULL, so a divisor of whole numbers is at least 1 away from it; others can come
// arbitrarily near. Whole quotients are cut towards zero, which keeps their order.
std::optional<Range> Quotients(const Range& a, const Range& b, bool whole) {
  if (b.low <= 0 && b.high >= 0) {
    if (!whole) return {};
    const double reach = std::max(std::abs(a.low), std::abs(a.high));
    return Widened(-reach, reach, true);
  }
  const std::array corners = {a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high};
  const double low = *std::min_element(corners.begin(), corners.end());
  const double high = *std::max_element(corners.begin(), corners.end());
  return whole ? Widened(std::trunc(low), std::trunc(high), true) : Widened(low, high, false);
}

std::optional<Range> Powers(const Range& a, const Range& b) {
  if (a.low < 0 || (a.low == 0 && b.low < 0)) {
    const bool square = b.low == b.high && (b.low == 2 || b.low == 1 || b.low == 3);
    if (!square) return {};
    const double most = std::pow(std::max(std::abs(a.low), std::abs(a.high)), b.low);
    return Widened(b.low == 2 ? 0 : -most, most, false);
  }
  const std::array corners = {std::pow(a.low, b.low), std::pow(a.low, b.high), std::pow(a.high, b.low),
                              std::pow(a.high, b.high)};
  double low = *std::min_element(corners.begin(), corners.end());
  double high = *std::max_element(corners.begin(), corners.end());
  if (a.low < 1 && a.high > 1) {
    low = std::min(low, 1.0);
    high = std::max(high, 1.0);
  }
  return Widened(low, high, false);
}

// Of any dividend: the divisor alone bounds them, whole ones to one below it.
std::optional<Range> Remainders(const std::optional<Range>& dividend, const Range& b, bool whole) {
  const Range a = dividend.value_or(Range{-INFINITY, INFINITY});
  const double divisor = std::max(std::abs(b.low), std::abs(b.high));
  const double most =
      std::min(std::max(std::abs(a.low), std::abs(a.high)), whole ? std::max(0.0, divisor - 1) : divisor);
  return Widened(a.low < 0 ? -most : 0, a.high > 0 ? most : 0, true);
}

std::optional<Range> Rounded(const Expr& expr) {
  const Range& a = *expr.args[0].range;
  double step = 1;
  if (expr.args.size() > 1) {
    const auto* digits = std::get_if<std::int64_t>(&expr.args[1].literal);
    step = digits == nullptr
               ? 1e300
               : std::pow(10.0, -static_cast<double>(std::clamp<std::int64_t>(*digits, -300, 300)));
  }
  return Widened(a.low - step, a.high + step, false);
}

std::optional<Range> OfOne(const Expr& expr) {
  const Range& a = *expr.args[0].range;
  const bool whole = expr.type == Type::kInteger;
  switch (expr.op) {
    case Op::kNegate:
      return Range{-a.high, -a.low};
    case Op::kAbs:
      return Range{a.low <= 0 && a.high >= 0 ? 0 : std::min(std::abs(a.low), std::abs(a.high)),
                   std::max(std::abs(a.low), std::abs(a.high))};
    case Op::kRound:
      return Rounded(expr);
    case Op::kFloor:
    case Op::kCeil:
      return Range{std::floor(a.low), std::ceil(a.high)};
    case Op::kSign:
      return Range{-1, 1};
    case Op::kSqrt:
      return Widened(std::sqrt(std::max(0.0, a.low)), std::sqrt(std::max(0.0, a.high)), whole);
    case Op::kExp:
      return Widened(0, std::exp(a.high), false);
    case Op::kLn:
      return a.low > 0 ? Widened(std::min(0.0, std::log(a.low)), std::max(0.0, std::log(a.high)), false)
                       : std::nullopt;
    default:
      return {};
  }
}

// LEAST and GREATEST pass over NULLs, so one bounded argument bounds one side only when it is never NULL.
std::optional<Range> OfExtremes(const Expr& expr) {
  double low = expr.args.empty() ? NAN : INFINITY, high = -INFINITY;
  double bound = expr.op == Op::kLeast ? INFINITY : -INFINITY;  // that non-null arguments enforce
  for (const Expr& arg : expr.args) {
    const double arg_low = arg.range ? arg.range->low : -INFINITY;
    const double arg_high = arg.range ? arg.range->high : INFINITY;
    low = std::min(low, arg_low);
    high = std::max(high, arg_high);
    if (arg.nullable) continue;
    bound = expr.op == Op::kLeast ? std::min(bound, arg_high) : std::max(bound, arg_low);
  }
  if (expr.op == Op::kLeast) high = std::min(high, bound);
  if (expr.op == Op::kGreatest) low = std::max(low, bound);
  // One end may be open for now: a clamp closes it from outside. Open ends are infinite.
  if (std::isnan(low) || (std::isinf(low) && std::isinf(high))) return {};
  return Range{low, high};
}

// Between the ends, whatever the value; within them, where it lies itself.
std::optional<Range> OfClip(const Expr& expr) {
  const double low = std::get<double>(expr.args[1].literal), high = std::get<double>(expr.args[2].literal);
  const auto& value = expr.args[0].range;
  if (!value) return Range{low, high};
  return Range{std::clamp(value->low, low, high), std::clamp(value->high, low, high)};
}

// The conditional operations: everything that may come out.
std::optional<Range> OfBranches(const Expr& expr) {
  std::optional<Range> hull;
  bool first = true;
  const auto add = [&](const Expr& branch) {
    if (branch.op == Op::kLiteral && IsNull(branch.literal)) return;
    hull = first ? branch.range : Hull(hull, branch.range);
    first = false;
  };
  if (expr.op == Op::kCase) {
    for (std::size_t i = 1; i < expr.args.size(); i += 2) add(expr.args[i]);
    if (expr.args.size() % 2 == 1) add(expr.args.back());
  } else if (expr.op == Op::kNullIf) {
    add(expr.args[0]);
  } else {
    for (const Expr& arg : expr.args) add(arg);
  }
  return hull;
}

std::optional<Range> OfExtract(const Expr& expr) {
  struct Field {
    const char* name;
    double low, high;
  };
  constexpr Field kFields[] = {{"month", 1, 12},
                               {"day", 1, 31},
                               {"hour", 0, 23},
                               {"minute", 0, 59},
                               {"second", 0, 60},
                               {"quarter", 1, 4},
                               {"dow", 0, 6},
                               {"isodow", 1, 7},
                               {"doy", 1, 366},
                               {"week", 1, 53},
                               {"milliseconds", 0, 60'000},
                               {"microseconds", 0, 60e6}};
  for (const Field& field : kFields) {
    if (expr.text == field.name) return Range{field.low, field.high};
  }
  if (!expr.args[0].range) return {};
  const double unit = expr.args[0].type == Type::kDate ? 1 : kMicrosecondsOfDay;
  const double first = expr.args[0].range->low / unit, last = expr.args[0].range->high / unit;  // days
  if (expr.text == "epoch") return Widened(first * 86'400 - 1, last * 86'400 + 86'400, false);
  const double years = expr.text == "decade"       ? 10
                       : expr.text == "century"    ? 100
                       : expr.text == "millennium" ? 1000
                                                   : 1;
  return Range{std::floor((1970 + first / 365.2 - 2) / years) - 1,
               std::ceil((1970 + last / 365.2 + 2) / years) + 1};
}

// Truncation moves back by less than the longest unit.
std::optional<Range> OfTrunc(const Expr& expr) {
  if (!expr.args[0].range) return {};
  const double unit = expr.args[0].type == Type::kDate ? 1 : kMicrosecondsOfDay;
  const double days = expr.text == "millennium" ? 366'000
                      : expr.text == "century"  ? 36'600
                      : expr.text == "decade"   ? 3'660
                      : expr.text == "year"     ? 366
                      : expr.text == "quarter"  ? 92
                      : expr.text == "month"    ? 31
                      : expr.text == "week"     ? 7
                                                : 1;
  const double scale = expr.type == expr.args[0].type ? 1 : kMicrosecondsOfDay;
  return Range{(expr.args[0].range->low - days * unit) * scale, expr.args[0].range->high * scale};
}

std::optional<Range> OfTwo(const Expr& expr, const Range& a, const Range& b) {
  const bool whole = expr.type == Type::kInteger;
  const double scale = expr.type == Type::kTimestamp ? kMicrosecondsOfDay : 1;
  switch (expr.op) {
    case Op::kAdd:
      return Widened(a.low + b.low, a.high + b.high, whole);
    case Op::kSubtract:
      return Widened(a.low - b.high, a.high - b.low, whole);
    case Op::kDateDiff:
      return Range{a.low - b.high, a.high - b.low};
    case Op::kDateAdd:
      return Range{a.low + b.low * scale, a.high + b.high * scale};
    case Op::kMultiply:
      return ProductsOf(a, b, whole);
    case Op::kDivide:
      return Quotients(a, b, whole);
    case Op::kPower:
      return Powers(a, b);
    default:
      return {};
  }
}

}  // namespace

Range PointRange(double point) { return {point, point}; }

std::optional<Range> Hull(const std::optional<Range>& a, const std::optional<Range>& b) {
  if (!a || !b) return {};
  return Range{std::min(a->low, b->low), std::max(a->high, b->high)};
}

std::optional<Range> RangeOf(const Expr& expr) {
  switch (expr.op) {
    case Op::kCase:
    case Op::kCoalesce:
    case Op::kNullIf:
      return OfBranches(expr);
    case Op::kLeast:
    case Op::kGreatest:
      return OfExtremes(expr);
    case Op::kExtract:
      return expr.text.empty() ? std::nullopt : OfExtract(expr);
    case Op::kDateTrunc:
      return OfTrunc(expr);
    case Op::kClip:
      return OfClip(expr);
    case Op::kLength:
      return {};
    case Op::kWidthBucket:
      if (const auto* count = std::get_if<std::int64_t>(&expr.args[3].literal);
          count != nullptr && *count >= 1 && *count < (1 << 30)) {
        return Range{0, static_cast<double>(*count + 1)};
      }
      return {};
    default:
      break;
  }
  if (expr.op == Op::kModulo) {
    const auto& divisor = expr.args[1].range;
    return divisor ? Remainders(expr.args[0].range, *divisor, expr.type == Type::kInteger) : std::nullopt;
  }
  for (const Expr& arg : expr.args) {
    if (!arg.range || std::isinf(arg.range->low) || std::isinf(arg.range->high)) return {};
  }
  if (expr.args.size() == 2 && expr.op != Op::kRound)
    return OfTwo(expr, *expr.args[0].range, *expr.args[1].range);
  return expr.args.empty() ? std::nullopt : OfOne(expr);
}

std::optional<Range> CastRange(const Expr& from, Type to) {
  if (!from.range || std::isinf(from.range->low) || std::isinf(from.range->high)) {
    if (from.type == Type::kBoolean && to == Type::kInteger) return Range{0, 1};
    return {};
  }
  const Range& range = *from.range;
  if (IsTime(from.type) && to == from.type) return range;
  if (from.type == Type::kDate && to == Type::kTimestamp)
    return Range{range.low * kMicrosecondsOfDay, range.high * kMicrosecondsOfDay};
  if (from.type == Type::kTimestamp && to == Type::kDate)
    return Range{std::floor(range.low / kMicrosecondsOfDay), std::ceil(range.high / kMicrosecondsOfDay)};
  if (to == Type::kInteger && from.type == Type::kNumber)
    return Range{std::floor(range.low), std::ceil(range.high)};
  if (to == Type::kNumber && from.type == Type::kInteger) return range;
  return to == from.type ? std::optional<Range>(range) : std::nullopt;
}

}  // namespace concordat::sql
