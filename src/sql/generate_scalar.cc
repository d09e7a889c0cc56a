// The numeric, time and text functions of ExprWriter.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/mutation.h"
#include "sql/generate_clip.h"
#include "sql/generate_expr.h"

namespace concordat::sql {
namespace {

bool OneOf(std::string_view field, std::initializer_list<std::string_view> fields) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

}  // namespace

// Operands of 64 bits in 128: sums, products and quotients of two fit.
void ExprWriter::Widen(std::vector<Fragment>& args) {
  for (Fragment& arg : args) arg = {fmt::format("CAST({} AS HUGEINT)", arg.sql), arg.level, false};
}

ExprWriter::Fragment ExprWriter::WriteInfix(const Expr& expr) {
  const Type type = TypeOf(expr);
  const bool exact = type == Type::kInteger && FitsBigint(expr);
  std::vector<Fragment> args = All(expr.args, type);
  if (type == Type::kInteger && !exact) Widen(args);
  const char sign = expr.op == Op::kAdd ? '+' : expr.op == Op::kSubtract ? '-' : '*';
  Fragment out{fmt::format("({} {} {})", args[0].sql, sign, args[1].sql),
               std::max(args[0].level, args[1].level)};
  if (type == Type::kInteger && !exact) out.sql = fmt::format("TRY_CAST({} AS BIGINT)", out.sql);
  return out;
}

// Integers divide towards zero, as PostgreSQL's do; by zero is NULL.
ExprWriter::Fragment ExprWriter::WriteDivision(const Expr& expr) {
  const Type type = TypeOf(expr);
  // The least integer overflows by -1 alone.
  const bool positive = expr.op == Op::kModulo && expr.args[1].range && expr.args[1].range->low >= 1;
  const bool exact = type == Type::kInteger && (positive || FitsBigint(expr.args[0]));
  std::vector<Fragment> args = All(expr.args, type);
  if (type == Type::kInteger && !exact) Widen(args);
  args[1] = Atom(std::move(args[1]));
  const char* sign = expr.op == Op::kModulo ? "%" : type == Type::kInteger ? "//" : "/";
  Fragment out{fmt::format("({} {} NULLIF({}, 0))", args[0].sql, sign, args[1].sql),
               std::max(args[0].level, args[1].level)};
  if (type == Type::kInteger && !exact) out.sql = fmt::format("TRY_CAST({} AS BIGINT)", out.sql);
  return out;
}

ExprWriter::Fragment ExprWriter::WriteNumeric(const Expr& expr) {
  const Type type = TypeOf(expr);
  const bool whole = TypeOf(expr.args[0]) == Type::kInteger;
  if (whole && (expr.op == Op::kFloor || expr.op == Op::kCeil)) return As(expr.args[0], type);
  const bool exact = whole && type == Type::kInteger && FitsBigint(expr.args[0]);
  const bool wide = whole && type == Type::kInteger && !exact;
  std::vector<Fragment> args = All(expr.args, exact || wide ? Type::kInteger : Type::kNumber);
  if (wide) Widen(args);
  Fragment out;
  switch (expr.op) {
    case Op::kNegate:
      out = Call("-", args);
      out.sql = fmt::format("({})", out.sql);
      break;
    case Op::kAbs:
      out = Call("abs", args);
      break;
    case Op::kFloor:
      out = Call("floor", args);
      break;
    case Op::kCeil:
      out = Call("ceil", args);
      break;
    case Op::kSign:
      out = Call("sign", args);
      out.sql = fmt::format("CAST({} AS {})", out.sql, SqlType(type));
      break;
    case Op::kPower:
      out = Call("power", args);
      break;
    case Op::kExp:
      out = Call("exp", args);
      break;
    default:
      CHECK(false);
  }
  if (type == Type::kInteger && !exact) out.sql = fmt::format("TRY_CAST({} AS BIGINT)", out.sql);
  return out;
}

ExprWriter::Fragment ExprWriter::WriteRound(const Expr& expr) {
  std::int64_t digits = 0;
  if (expr.args.size() > 1) {
    const std::optional<Value> constant = bindings_.Constant(expr.args[1]);
    CHECK(constant);
    if (IsNull(*constant)) return {fmt::format("CAST(NULL AS {})", SqlType(TypeOf(expr))), 0, true};
    const auto* given = std::get_if<std::int64_t>(&*constant);
    CHECK(given != nullptr);
    digits = std::clamp<std::int64_t>(*given, -300, 300);
  }
  const Type type = TypeOf(expr);
  if (TypeOf(expr.args[0]) == Type::kInteger && digits >= 0) return As(expr.args[0], type);
  const Fragment value = As(expr.args[0], Type::kNumber);
  Fragment out{fmt::format("round({}, {})", value.sql, digits), value.level};
  if (type == Type::kInteger) out.sql = fmt::format("TRY_CAST({} AS BIGINT)", out.sql);
  return out;
}

ExprWriter::Fragment ExprWriter::WriteLog(const Expr& expr) {
  const Fragment value = Atom(As(expr.args[0], Type::kNumber));
  const char* form =
      expr.op == Op::kSqrt ? "sqrt(CASE WHEN {0} >= 0 THEN {0} END)" : "ln(CASE WHEN {0} > 0 THEN {0} END)";
  return {fmt::format(fmt::runtime(form), value.sql), value.level};
}

// PostgreSQL's: 0 below, count + 1 from the upper end on; the ends may be the wrong way round.
ExprWriter::Fragment ExprWriter::WriteWidthBucket(const Expr& expr) {
  std::vector<Fragment> args = All(expr.args, Type::kNumber);
  std::size_t level = 0;
  for (Fragment& arg : args) {
    arg = Atom(std::move(arg));
    level = std::max(level, arg.level);
  }
  const std::string& x = args[0].sql;
  const std::string& low = args[1].sql;
  const std::string& high = args[2].sql;
  const std::string& count = args[3].sql;
  const auto ladder = [&](const char* before, const char* after) {
    return fmt::format(
        "CASE WHEN {0} {4} {1} THEN 0 WHEN {0} {5} {2} THEN {3} + 1 "
        "ELSE LEAST(floor(({0} - {1}) / ({2} - {1}) * {3}) + 1, {3}) END",
        x, low, high, count, before, after);
  };
  return {fmt::format("TRY_CAST(CASE WHEN {0} IS NULL OR NOT {1} >= 1 THEN NULL WHEN {2} < {3} THEN {4} "
                      "WHEN {2} > {3} THEN {5} END AS BIGINT)",
                      x, count, low, high, ladder("<", ">="), ladder(">", "<=")),
          level};
}

ExprWriter::Fragment ExprWriter::WriteClip(const Expr& expr) {
  const Fragment value = Atom(As(expr.args[0], Type::kNumber));
  if (Mutated("predict_range_off")) return value;
  const Range range{std::get<double>(expr.args[1].literal), std::get<double>(expr.args[2].literal)};
  return {ClipNumber(value.sql, range), value.level};
}

ExprWriter::Fragment ExprWriter::WriteDateTrunc(const Expr& expr) {
  CHECK(OneOf(expr.text, {"microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month",
                          "quarter", "year", "decade", "century", "millennium"}));
  const Type from = TypeOf(expr.args[0]);
  const Fragment value = WriteAny(expr.args[0]);
  const char* type = SqlType(TypeOf(expr));
  Fragment out{fmt::format("CAST(date_trunc('{}', {}) AS {})", expr.text, value.sql, type), value.level};
  CHECK(from == Type::kDate || from == Type::kTimestamp);
  // The first decade, century and millennium begin before year 1.
  return OneOf(expr.text, {"decade", "century", "millennium"}) ? WithinCalendar(std::move(out), TypeOf(expr))
                                                               : out;
}

ExprWriter::Fragment ExprWriter::WriteExtract(const Expr& expr) {
  CHECK(OneOf(expr.text,
              {"microseconds", "milliseconds", "second", "minute", "hour", "day", "dow", "isodow", "doy",
               "week", "month", "quarter", "year", "isoyear", "decade", "century", "millennium", "epoch"}));
  const Fragment value = WriteAny(expr.args[0]);
  Fragment out{fmt::format("extract({} FROM {})", expr.text, value.sql), value.level};
  // The engine gives whole seconds; the standard, with their fraction.
  if (expr.text == "second" && TypeOf(expr) == Type::kNumber) {
    return {fmt::format("(extract(microseconds FROM {}) / {})", value.sql, NumberLiteral(1e6)), value.level};
  }
  if (expr.text == "milliseconds" && TypeOf(expr) == Type::kNumber) {
    return {fmt::format("(extract(microseconds FROM {}) / {})", value.sql, NumberLiteral(1e3)), value.level};
  }
  out.sql = fmt::format("TRY_CAST({} AS {})", out.sql, SqlType(TypeOf(expr)));
  return out;
}

// Only days from which the sum stays within the calendar are moved; all others are NULL.
ExprWriter::Fragment ExprWriter::WriteDateAdd(const Expr& expr) {
  const Type type = TypeOf(expr);
  const std::optional<Value> constant = bindings_.Constant(expr.args[1]);
  CHECK(constant);
  const auto* days = std::get_if<std::int64_t>(&*constant);
  constexpr std::int64_t kMost = kLastDay - kFirstDay;
  if (days == nullptr || *days > kMost || *days < -kMost) {
    return {fmt::format("CAST(NULL AS {})", SqlType(type)), 0, true};
  }
  const Fragment value = Atom(As(expr.args[0], type));
  const std::int64_t first = kFirstDay - std::min<std::int64_t>(*days, 0);
  const std::int64_t last = kLastDay - std::max<std::int64_t>(*days, 0);
  if (type == Type::kDate) {
    return {fmt::format("CASE WHEN {0} BETWEEN {1} AND {2} THEN {0} + ({3}) END", value.sql,
                        DateLiteral(first), DateLiteral(last), *days),
            value.level};
  }
  return {fmt::format("CASE WHEN {0} BETWEEN {1} AND {2} THEN {0} + ({3}) * INTERVAL '1 day' END", value.sql,
                      TimestampLiteral(first * kDayMicroseconds),
                      TimestampLiteral((last + 1) * kDayMicroseconds - 1), *days),
          value.level};
}

ExprWriter::Fragment ExprWriter::WriteText(const Expr& expr) {
  if (expr.op == Op::kDateDiff) {
    const std::vector<Fragment> args = All(expr.args, Type::kDate);
    Fragment out{fmt::format("({} - {})", args[0].sql, args[1].sql), std::max(args[0].level, args[1].level)};
    if (TypeOf(expr) != Type::kInteger)
      out.sql = fmt::format("CAST({} AS {})", out.sql, SqlType(TypeOf(expr)));
    return out;
  }
  const std::vector<Fragment> args = All(expr.args, Type::kText);
  if (expr.op == Op::kConcat) {
    Fragment out = args[0];
    for (std::size_t i = 1; i < args.size(); ++i) {
      out = {fmt::format("({} || {})", out.sql, args[i].sql), std::max(out.level, args[i].level)};
    }
    return out;
  }
  Fragment out = Call(expr.op == Op::kLower   ? "lower"
                      : expr.op == Op::kUpper ? "upper"
                      : expr.op == Op::kTrim  ? "trim"
                                              : "length",
                      args);
  if (expr.op == Op::kLength && real_) out.sql = fmt::format("CAST({} AS DOUBLE PRECISION)", out.sql);
  return out;
}

// PostgreSQL's: places count from 1, those before it use up length, a negative length has no answer.
ExprWriter::Fragment ExprWriter::WriteSubstring(const Expr& expr) {
  constexpr std::int64_t kMost = 2'000'000'000;
  std::vector<Fragment> args = {As(expr.args[0], Type::kText)};
  for (std::size_t i = 1; i < expr.args.size(); ++i) args.push_back(Atom(As(expr.args[i], Type::kInteger)));
  const auto clamp = [&](const std::string& sql) {
    return fmt::format("LEAST(GREATEST({}, {}), {})", sql, -kMost, kMost);
  };
  const std::string& start = args[1].sql;
  std::size_t level = std::max(args[0].level, args[1].level);
  if (args.size() == 2) {
    return {fmt::format("CASE WHEN {0} IS NOT NULL THEN substring({1}, GREATEST({2}, 1)) END", start,
                        args[0].sql, clamp(start)),
            level};
  }
  const std::string& length = args[2].sql;
  level = std::max(level, args[2].level);
  return {fmt::format("CASE WHEN {0} IS NOT NULL AND {1} >= 0 THEN substring({2}, GREATEST({3}, 1), "
                      "GREATEST({3} + {4} - GREATEST({3}, 1), 0)) END",
                      start, length, args[0].sql, clamp(start), clamp(length)),
          level};
}

}  // namespace concordat::sql
