#include "sql/generate_expr.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/mutation.h"

namespace concordat::sql {

namespace {

// Operators that are written alike.
enum class OpKind {
  kLeaf,
  kLogic,
  kComparison,
  kLike,
  kInfix,
  kDivision,
  kNumeric,
  kLog,
  kConditional,
  kText,
  kSpecial
};

// clang-format off
OpKind KindOf(Op op) {
  switch (op) {
    case Op::kColumn: case Op::kLiteral: case Op::kParameter: case Op::kGroup: case Op::kAggregate:
      return OpKind::kLeaf;
    case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsNull: case Op::kIsNotNull: case Op::kIsTrue:
    case Op::kIsNotTrue: case Op::kIsFalse: case Op::kIsNotFalse:
      return OpKind::kLogic;
    case Op::kEqual: case Op::kNotEqual: case Op::kLess: case Op::kLessEqual: case Op::kGreater:
    case Op::kGreaterEqual: case Op::kDistinctFrom: case Op::kNotDistinctFrom: case Op::kIn:
      return OpKind::kComparison;
    case Op::kLike: case Op::kILike:
      return OpKind::kLike;
    case Op::kAdd: case Op::kSubtract: case Op::kMultiply:
      return OpKind::kInfix;
    case Op::kDivide: case Op::kModulo:
      return OpKind::kDivision;
    case Op::kNegate: case Op::kAbs: case Op::kFloor: case Op::kCeil: case Op::kSign: case Op::kPower: case Op::kExp:
      return OpKind::kNumeric;
    case Op::kSqrt: case Op::kLn:
      return OpKind::kLog;
    case Op::kLeast: case Op::kGreatest: case Op::kCase: case Op::kCoalesce: case Op::kNullIf:
      return OpKind::kConditional;
    case Op::kDateDiff: case Op::kLower: case Op::kUpper: case Op::kLength: case Op::kTrim: case Op::kConcat:
      return OpKind::kText;
    case Op::kRound: case Op::kWidthBucket: case Op::kCast: case Op::kDateTrunc: case Op::kExtract:
    case Op::kDateAdd: case Op::kSubstring: case Op::kClip: case Op::kLet: case Op::kLocal:
      return OpKind::kSpecial;
  }
  CHECK(false);
}
// clang-format on

}  // namespace

const char* SqlType(Type type) {
  switch (type) {
    case Type::kBoolean:
      return "BOOLEAN";
    case Type::kInteger:
      return "BIGINT";
    case Type::kNumber:
      return "DOUBLE PRECISION";
    case Type::kText:
      return "TEXT";
    case Type::kDate:
      return "DATE";
    case Type::kTimestamp:
      return "TIMESTAMP";
  }
  return "TEXT";
}

std::string NumberLiteral(double number) {
  return fmt::format("CAST('{}' AS DOUBLE PRECISION)", ToText(Value(number)));
}

std::string DateLiteral(std::int64_t days) {
  const auto within = static_cast<std::int32_t>(std::clamp(days, kFirstDay, kLastDay));
  return fmt::format("DATE '{}'", ToText(Value(Date{within})));
}

std::string TimestampLiteral(std::int64_t microseconds) {
  const std::int64_t within =
      std::clamp(microseconds, kFirstDay * kDayMicroseconds, (kLastDay + 1) * kDayMicroseconds - 1);
  return fmt::format("TIMESTAMP '{}'", ToText(Value(Timestamp{within})));
}

std::string Bindings::Bind(Value value, Type type) {
  if (IsNull(value)) return fmt::format("CAST(NULL AS {})", SqlType(type));
  if (type == Type::kNumber && std::holds_alternative<std::int64_t>(value)) {
    value = static_cast<double>(std::get<std::int64_t>(value));
  }
  const auto [known, is_new] =
      places_.emplace(fmt::format("{} {}", value.index(), ToText(value)), bound_.size() + 1);
  if (is_new) bound_.push_back(std::move(value));
  return fmt::format("CAST(${} AS {})", known->second, SqlType(type));
}

std::optional<Value> Bindings::Constant(const Expr& expr) const {
  if (expr.op == Op::kLiteral) return expr.literal;
  if (expr.op != Op::kParameter) return std::nullopt;
  CHECK(static_cast<std::size_t>(expr.index) < question_.size());
  return question_[static_cast<std::size_t>(expr.index)];
}

std::string ExprWriter::WriteFinite(const Expr& expr) {
  Fragment fragment = WriteAny(expr);
  if (TypeOf(expr) != Type::kNumber) return fragment.sql;
  const std::string name = Atom(std::move(fragment)).sql;
  return fmt::format("CASE WHEN isfinite({}) THEN {} END", name, name);
}

Type ExprWriter::TypeOf(const Expr& expr) const {
  return real_ && expr.type == Type::kInteger ? Type::kNumber : expr.type;
}

ExprWriter::Fragment ExprWriter::As(const Expr& expr, Type type) {
  Fragment fragment = WriteAny(expr);
  if (TypeOf(expr) == type) return fragment;
  // Texts of numbers and dates are written by the engine; everything else may fail to convert.
  const char* cast = type == Type::kText ? "CAST" : "TRY_CAST";
  return {fmt::format("{}({} AS {})", cast, fragment.sql, SqlType(type)), fragment.level, false};
}

ExprWriter::Fragment ExprWriter::WithinCalendar(Fragment fragment, Type type) {
  const Fragment atom = Atom(std::move(fragment));
  const bool date = type == Type::kDate;
  const std::string low = date ? DateLiteral(kFirstDay) : TimestampLiteral(kFirstDay * kDayMicroseconds);
  const std::string high =
      date ? DateLiteral(kLastDay) : TimestampLiteral((kLastDay + 1) * kDayMicroseconds - 1);
  return {fmt::format("CASE WHEN {0} BETWEEN {1} AND {2} THEN {0} END", atom.sql, low, high), atom.level};
}

std::vector<ExprWriter::Fragment> ExprWriter::All(const std::vector<Expr>& args, Type type) {
  std::vector<Fragment> fragments;
  for (const Expr& arg : args) fragments.push_back(As(arg, type));
  return fragments;
}

ExprWriter::Fragment ExprWriter::Call(std::string_view function, const std::vector<Fragment>& args) {
  Fragment call{fmt::format("{}(", function)};
  for (const Fragment& arg : args) {
    if (&arg != args.data()) call.sql += ", ";
    call.sql += arg.sql;
    call.level = std::max(call.level, arg.level);
  }
  call.sql += ')';
  return call;
}

Type ExprWriter::Common(const std::vector<Expr>& args) const {
  Type common = TypeOf(args.front());
  for (const Expr& arg : args) {
    const Type type = TypeOf(arg);
    if (common == Type::kInteger && type == Type::kNumber) common = type;
    if (common == Type::kDate && type == Type::kTimestamp) common = type;
  }
  return common;
}

// Far enough inside 63 bits that one more operation's rounding of the interval does not matter.
bool ExprWriter::FitsBigint(const Expr& expr) const {
  constexpr double kMost = 9.0e18;
  if (Mutated("overflow")) return true;
  return expr.range && expr.range->low >= -kMost && expr.range->high <= kMost;
}

ExprWriter::Fragment ExprWriter::WriteAny(const Expr& expr) {
  switch (KindOf(expr.op)) {
    case OpKind::kLeaf:
      return WriteLeaf(expr);
    case OpKind::kLogic:
      return WriteLogic(expr);
    case OpKind::kComparison:
      return WriteComparison(expr);
    case OpKind::kLike:
      return WriteLike(expr);
    case OpKind::kInfix:
      return WriteInfix(expr);
    case OpKind::kDivision:
      return WriteDivision(expr);
    case OpKind::kNumeric:
      return WriteNumeric(expr);
    case OpKind::kLog:
      return WriteLog(expr);
    case OpKind::kConditional:
      return WriteConditional(expr);
    case OpKind::kText:
      return WriteText(expr);
    case OpKind::kSpecial:
      return WriteSpecial(expr);
  }
  CHECK(false);
}

// Operators with a form of their own.
ExprWriter::Fragment ExprWriter::WriteSpecial(const Expr& expr) {
  switch (expr.op) {
    case Op::kRound:
      return WriteRound(expr);
    case Op::kWidthBucket:
      return WriteWidthBucket(expr);
    case Op::kCast:
      return WriteCast(expr);
    case Op::kDateTrunc:
      return WriteDateTrunc(expr);
    case Op::kExtract:
      return WriteExtract(expr);
    case Op::kDateAdd:
      return WriteDateAdd(expr);
    case Op::kSubstring:
      return WriteSubstring(expr);
    case Op::kClip:
      return WriteClip(expr);
    case Op::kLet:
      return WriteLet(expr);
    case Op::kLocal:
      CHECK(!locals_.empty());
      return locals_.back().at(static_cast<std::size_t>(expr.index));
    default:
      CHECK(false);
  }
}

ExprWriter::Fragment ExprWriter::WriteLeaf(const Expr& expr) {
  const std::optional<Value> constant = bindings_.Constant(expr);
  if (!constant) return {leaf_(expr), 0, true};
  if (const bool* truth = std::get_if<bool>(&*constant)) return {*truth ? "TRUE" : "FALSE", 0, true};
  if (branches_ > 0 && !locals_.empty()) {
    if (const auto* number = std::get_if<double>(&*constant); number != nullptr && std::isfinite(*number))
      return {NumberLiteral(*number), 0, true};
    if (const auto* whole = std::get_if<std::int64_t>(&*constant))
      return {fmt::format("CAST({} AS {})", *whole, SqlType(TypeOf(expr))), 0, true};
  }
  return {bindings_.Bind(*constant, TypeOf(expr)), 0, true};
}

ExprWriter::Fragment ExprWriter::WriteLogic(const Expr& expr) {
  Fragment out = WriteAny(expr.args[0]);
  if (expr.op == Op::kAnd || expr.op == Op::kOr) {
    for (std::size_t i = 1; i < expr.args.size(); ++i) {
      const Fragment next = WriteAny(expr.args[i]);
      out.sql += expr.op == Op::kAnd ? " AND " : " OR ";
      out.sql += next.sql;
      out.level = std::max(out.level, next.level);
    }
    return {fmt::format("({})", out.sql), out.level};
  }
  const char* form = "";
  switch (expr.op) {
    case Op::kNot:
      form = "(NOT {})";
      break;
    case Op::kIsNull:
      form = "({} IS NULL)";
      break;
    case Op::kIsNotNull:
      form = "({} IS NOT NULL)";
      break;
    case Op::kIsTrue:
      form = "({} IS TRUE)";
      break;
    case Op::kIsNotTrue:
      form = "({} IS NOT TRUE)";
      break;
    case Op::kIsFalse:
      form = "({} IS FALSE)";
      break;
    case Op::kIsNotFalse:
      form = "({} IS NOT FALSE)";
      break;
    default:
      CHECK(false);
  }
  return {fmt::format(fmt::runtime(form), out.sql), out.level};
}

ExprWriter::Fragment ExprWriter::WriteComparison(const Expr& expr) {
  const std::vector<Fragment> args = All(expr.args, Common(expr.args));
  if (expr.op == Op::kIn) {
    Fragment list = Call("", {args.begin() + 1, args.end()});
    return {fmt::format("({} IN {})", args[0].sql, list.sql), std::max(args[0].level, list.level)};
  }
  const char* sign = "";
  switch (expr.op) {
    case Op::kEqual:
      sign = "=";
      break;
    case Op::kNotEqual:
      sign = "<>";
      break;
    case Op::kLess:
      sign = "<";
      break;
    case Op::kLessEqual:
      sign = "<=";
      break;
    case Op::kGreater:
      sign = ">";
      break;
    case Op::kGreaterEqual:
      sign = ">=";
      break;
    case Op::kDistinctFrom:
      sign = "IS DISTINCT FROM";
      break;
    case Op::kNotDistinctFrom:
      sign = "IS NOT DISTINCT FROM";
      break;
    default:
      CHECK(false);
  }
  return {fmt::format("({} {} {})", args[0].sql, sign, args[1].sql), std::max(args[0].level, args[1].level)};
}

// A pattern that ends inside an escape fails on some rows only: it is NULL on all of them instead.
ExprWriter::Fragment ExprWriter::WriteLike(const Expr& expr) {
  const std::optional<Value> pattern = bindings_.Constant(expr.args[1]);
  CHECK(pattern);
  const std::string* text = std::get_if<std::string>(&*pattern);
  const auto is_escape = [](char c) { return c == '\\'; };
  const bool sound = text != nullptr &&
                     (std::find_if_not(text->rbegin(), text->rend(), is_escape) - text->rbegin()) % 2 == 0;
  if (!sound) return {"CAST(NULL AS BOOLEAN)", 0, true};
  const Fragment value = As(expr.args[0], Type::kText);
  return {fmt::format("({} {} {} ESCAPE '\\')", value.sql, expr.op == Op::kLike ? "LIKE" : "ILIKE",
                      bindings_.Bind(*pattern, Type::kText)),
          value.level};
}

ExprWriter::Fragment ExprWriter::WriteConditional(const Expr& expr) {
  const Type type = TypeOf(expr);
  if (expr.op == Op::kLeast) return Call("LEAST", All(expr.args, type));
  if (expr.op == Op::kGreatest) return Call("GREATEST", All(expr.args, type));
  if (expr.op == Op::kCoalesce) return Call("COALESCE", All(expr.args, type));
  if (expr.op == Op::kNullIf) {
    std::vector<Fragment> args = All(expr.args, Common(expr.args));
    args[0] = Atom(std::move(args[0]));
    Fragment call = Call("NULLIF", args);
    if (Common(expr.args) != type) call.sql = fmt::format("TRY_CAST({} AS {})", call.sql, SqlType(type));
    return call;
  }
  Fragment out{"CASE"};
  ++branches_;
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    const bool last = i + 1 == expr.args.size();
    const bool condition = !last && i % 2 == 0;
    const Fragment part = condition ? WriteAny(expr.args[i]) : As(expr.args[i], type);
    out.sql += last ? " ELSE " : condition ? " WHEN " : " THEN ";
    out.sql += part.sql;
    out.level = std::max(out.level, part.level);
  }
  --branches_;
  out.sql += " END";
  return out;
}

ExprWriter::Fragment ExprWriter::WriteCast(const Expr& expr) {
  const Type from = TypeOf(expr.args[0]);
  const Type to = TypeOf(expr);
  if (Mutated("cast_error") && from == Type::kText) {
    const Fragment value = WriteAny(expr.args[0]);
    return {fmt::format("CAST({} AS {})", value.sql, SqlType(to)), value.level};
  }
  Fragment cast = As(expr.args[0], to);
  const bool text_to_time = from == Type::kText && (to == Type::kDate || to == Type::kTimestamp);
  return text_to_time ? WithinCalendar(std::move(cast), to) : cast;
}

}  // namespace concordat::sql
