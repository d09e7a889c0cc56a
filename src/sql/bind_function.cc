// Scalar functions.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/name.h"
#include "sql/bind_expr.h"
#include "sql/bind_range.h"
#include "sql/bind_type.h"

namespace concordat::sql {
namespace {

using pg_query::Node;

enum class Shape {
  kNumeric,  // one number; the result has its type
  kReal,     // one number; the result is a number
  kPower,    // two numbers; the result is a number
  kModulo,
  kText,         // one text; text
  kLength,       // one text; integer
  kSubstring,    // text, start [, length]
  kWidthBucket,  // value, low, high, count
  kRound,
  kConcat,
  kTime,  // date_trunc, extract, date_part
};

struct Function {
  const char* name;
  Op op;
  Shape shape;
  int least, most;  // arguments
};

constexpr Function kFunctions[] = {
    {"abs", Op::kAbs, Shape::kNumeric, 1, 1},
    {"sign", Op::kSign, Shape::kNumeric, 1, 1},
    {"floor", Op::kFloor, Shape::kNumeric, 1, 1},
    {"ceil", Op::kCeil, Shape::kNumeric, 1, 1},
    {"ceiling", Op::kCeil, Shape::kNumeric, 1, 1},
    {"round", Op::kRound, Shape::kRound, 1, 2},
    {"sqrt", Op::kSqrt, Shape::kReal, 1, 1},
    {"ln", Op::kLn, Shape::kReal, 1, 1},
    {"exp", Op::kExp, Shape::kReal, 1, 1},
    {"power", Op::kPower, Shape::kPower, 2, 2},
    {"pow", Op::kPower, Shape::kPower, 2, 2},
    {"mod", Op::kModulo, Shape::kModulo, 2, 2},
    {"width_bucket", Op::kWidthBucket, Shape::kWidthBucket, 4, 4},
    {"lower", Op::kLower, Shape::kText, 1, 1},
    {"upper", Op::kUpper, Shape::kText, 1, 1},
    {"btrim", Op::kTrim, Shape::kText, 1, 1},
    {"trim", Op::kTrim, Shape::kText, 1, 1},
    {"length", Op::kLength, Shape::kLength, 1, 1},
    {"char_length", Op::kLength, Shape::kLength, 1, 1},
    {"character_length", Op::kLength, Shape::kLength, 1, 1},
    {"substring", Op::kSubstring, Shape::kSubstring, 2, 3},
    {"substr", Op::kSubstring, Shape::kSubstring, 2, 3},
    {"concat", Op::kConcat, Shape::kConcat, 1, 100},
    {"date_trunc", Op::kDateTrunc, Shape::kTime, 2, 2},
    {"extract", Op::kExtract, Shape::kTime, 2, 2},
    {"date_part", Op::kExtract, Shape::kTime, 2, 2},
};

constexpr std::array kVolatile = {"random",
                                  "now",
                                  "clock_timestamp",
                                  "statement_timestamp",
                                  "transaction_timestamp",
                                  "timeofday",
                                  "setseed",
                                  "gen_random_uuid",
                                  "nextval",
                                  "currval",
                                  "lastval",
                                  "txid_current",
                                  "pg_sleep",
                                  "version",
                                  "current_setting",
                                  "inet_client_addr",
                                  "pg_backend_pid",
                                  "age"};

// What date_trunc takes, and extract beside it; fields of a time of day need one.
constexpr std::array kTruncFields = {"microseconds", "milliseconds", "second",    "minute",  "hour",
                                     "day",          "week",         "month",     "quarter", "year",
                                     "decade",       "century",      "millennium"};
constexpr std::array kExtractFields = {"microseconds", "milliseconds", "second", "minute",  "hour",
                                       "day",          "dow",          "isodow", "doy",     "week",
                                       "month",        "quarter",      "year",   "isoyear", "decade",
                                       "century",      "millennium",   "epoch"};
constexpr std::array kTimeOfDay = {"microseconds", "milliseconds", "second", "minute", "hour"};

template <std::size_t N>
bool Contains(const std::array<const char*, N>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const char* known) { return name == known; });
}

std::vector<std::string> FunctionNames() {
  std::vector<std::string> names = {"count", "sum", "avg", "coalesce", "greatest", "least", "nullif"};
  for (const Function& function : kFunctions) names.emplace_back(function.name);
  return names;
}

// The function that a call names, its number of arguments checked.
Outcome<const Function*> FindFunction(const pg_query::FuncCall& call) {
  const std::string name = LastName(call.funcname());
  if (Contains(kVolatile, name)) {
    return Refuse("volatile_function", name + "() gives another value each time",
                  "write the value as a literal", "0A000", call.location());
  }
  const auto* function = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                      [&](const Function& f) { return name == f.name; });
  if (function == std::end(kFunctions)) {
    return Refuse("unknown_function", "the function " + name + " is not supported",
                  DidYouMean(name, FunctionNames(), "see docs/analysts.md for those that are"), "0A000",
                  call.location());
  }
  if (call.agg_star() || call.agg_distinct() || call.has_agg_filter()) {
    return Refuse("not_an_aggregate", name + " is not an aggregate: it takes no *, DISTINCT or FILTER",
                  "leave them out", "42809", call.location());
  }
  if (call.args_size() < function->least || call.args_size() > function->most) {
    return Refuse("argument_count",
                  fmt::format("{} takes {} arguments here, not {}", name, function->least, call.args_size()),
                  "check its arguments", "42883", call.location());
  }
  return function;
}

}  // namespace

std::string DidYouMean(const std::string& word, const std::vector<std::string>& known,
                       std::string otherwise) {
  const std::string nearest = NearestName(word, known);
  return nearest.empty() ? std::move(otherwise) : "did you mean " + nearest + "?";
}

Outcome<Expr> ExprBinder::BindFunction(const pg_query::FuncCall& call) {
  if (IsPredict(call)) return BindPredict(call);
  const Function* function = TRY(FindFunction(call));
  const auto number = [&](int i) { return BindAs(call.args(i), Type::kNumber, "this argument"); };
  const auto text = [&](int i) { return BindAs(call.args(i), Type::kText, "this argument"); };
  switch (function->shape) {
    case Shape::kRound:
      return BindRound(call);
    case Shape::kConcat:
      return BindConcat(call.args());
    case Shape::kTime:
      return BindTimeFunction(call, function->name);
    case Shape::kNumeric: {
      Expr arg = TRY(Bind(call.args(0), Type::kNumber));
      if (!IsNumeric(arg.type)) arg = TRY(number(0));
      const Type type = arg.type;
      return Operation(function->op, type, {std::move(arg)});
    }
    case Shape::kReal: {
      Expr arg = TRY(number(0));
      return Operation(function->op, Type::kNumber, {std::move(arg)}, true);
    }
    case Shape::kPower: {
      Expr base = TRY(number(0));
      Expr exponent = TRY(number(1));
      return Operation(function->op, Type::kNumber, {std::move(base), std::move(exponent)}, true);
    }
    case Shape::kModulo:
      return BindModulo(call);
    case Shape::kText:
      return Operation(function->op, Type::kText, {TRY(text(0))});
    case Shape::kLength:
      return Operation(function->op, Type::kInteger, {TRY(text(0))});
    case Shape::kSubstring: {
      std::vector<Expr> args = {TRY(text(0))};
      for (int i = 1; i < call.args_size(); ++i)
        args.push_back(TRY(BindAs(call.args(i), Type::kInteger, "a place or length")));
      return Operation(function->op, Type::kText, std::move(args), true);
    }
    case Shape::kWidthBucket: {
      std::vector<Expr> args;
      for (int i = 0; i < 3; ++i) args.push_back(TRY(number(i)));
      args.push_back(TRY(BindAs(call.args(3), Type::kInteger, "the number of buckets")));
      return Operation(function->op, Type::kInteger, std::move(args), true);
    }
  }
  CHECK(false);
}

Outcome<Expr> ExprBinder::BindModulo(const pg_query::FuncCall& call) {
  Pair pair = TRY(BindPair(call.args(0), call.args(1)));
  const auto type = Meet(pair.left.type, pair.right.type);
  if (!type || !IsNumeric(*type))
    return Refuse("type_mismatch", "mod needs numbers", "cast: …::bigint", "42804", call.location());
  return Operation(Op::kModulo, *type,
                   {Converted(std::move(pair.left), *type), Converted(std::move(pair.right), *type)}, true);
}

Outcome<Expr> ExprBinder::BindRound(const pg_query::FuncCall& call) {
  Expr arg = TRY(Bind(call.args(0), Type::kNumber));
  if (!IsNumeric(arg.type)) arg = TRY(BindAs(call.args(0), Type::kNumber, "what round takes"));
  std::vector<Expr> args;
  const Type type = arg.type;
  args.push_back(std::move(arg));
  if (call.args_size() == 2) {
    Expr digits = TRY(BindAs(call.args(1), Type::kInteger, "the number of digits"));
    if (digits.op != Op::kLiteral || IsNull(digits.literal)) {
      return Refuse("digits_not_literal", "the digits of round must be a literal", "write round(x, 2)",
                    "0A000", call.location());
    }
    args.push_back(std::move(digits));
  }
  return Operation(Op::kRound, type, std::move(args));
}

// concat() takes NULL as the empty text; || does not.
Outcome<Expr> ExprBinder::BindConcat(const Nodes& args) {
  std::vector<Expr> parts;
  for (const Node& arg : args) {
    Expr part = Converted(TRY(Bind(arg, Type::kText)), Type::kText);
    if (part.nullable) {
      part = Operation(Op::kCoalesce, Type::kText,
                       {std::move(part), Literal(Value(std::string()), Type::kText)});
      part.nullable = false;
    }
    parts.push_back(std::move(part));
  }
  return Operation(Op::kConcat, Type::kText, std::move(parts));
}

Outcome<Expr> ExprBinder::BindTimeFunction(const pg_query::FuncCall& call, const std::string& name) {
  const Node& field_node = call.args(0);
  std::string field = field_node.has_a_const() ? field_node.a_const().sval().sval() : "";
  std::transform(field.begin(), field.end(), field.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (field == "hours" || field == "minutes" || field == "seconds" || field == "days" || field == "weeks" ||
      field == "months" || field == "years")
    field.pop_back();
  const bool trunc = name == "date_trunc";
  const bool known = trunc ? Contains(kTruncFields, field) : Contains(kExtractFields, field);
  if (!known) {
    return Refuse("bad_field", fmt::format("{} does not know the field '{}'", name, field.substr(0, 40)),
                  "write day, week, month, quarter or year", "22023", call.location());
  }
  Expr moment = TRY(Bind(call.args(1), Type::kTimestamp));
  if (!IsTime(moment.type)) moment = TRY(BindAs(call.args(1), Type::kTimestamp, "what this function takes"));
  if (moment.type == Type::kDate && Contains(kTimeOfDay, field)) {
    return Refuse("bad_field", fmt::format("a date has no {}", field),
                  "write day, week, month, quarter or year", "22023", call.location());
  }
  const bool real = field == "second" || field == "milliseconds" || field == "epoch";
  const Type type = trunc ? Type::kTimestamp : real ? Type::kNumber : Type::kInteger;
  Expr expr = Operation(trunc ? Op::kDateTrunc : Op::kExtract, type, {std::move(moment)});
  expr.text = field;
  expr.range = RangeOf(expr);  // now that the field is known
  return expr;
}

}  // namespace concordat::sql
