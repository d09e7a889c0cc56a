// Operators: comparison, arithmetic, IN, LIKE, BETWEEN, dates and days.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "sql/bind_expr.h"
#include "sql/bind_type.h"

namespace concordat::sql {
namespace {

using pg_query::Node;

struct Symbol {
  const char* text;
  Op op;
};
constexpr Symbol kComparisons[] = {{"=", Op::kEqual},      {"<>", Op::kNotEqual}, {"<", Op::kLess},
                                   {"<=", Op::kLessEqual}, {">", Op::kGreater},   {">=", Op::kGreaterEqual}};
constexpr Symbol kArithmetic[] = {{"+", Op::kAdd},    {"-", Op::kSubtract}, {"*", Op::kMultiply},
                                  {"/", Op::kDivide}, {"%", Op::kModulo},   {"^", Op::kPower}};

bool IsInterval(const Node& node) {
  return node.has_type_cast() && LastName(node.type_cast().type_name().names()) == "interval";
}

// Days of INTERVAL '7 days' or '2 weeks'.
Outcome<std::int64_t> IntervalDays(const Node& node) {
  const pg_query::TypeCast& cast = node.type_cast();
  const std::string text = cast.arg().has_a_const() ? cast.arg().a_const().sval().sval() : "";
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string unit(end, text.data() + text.size());
  const bool days = unit == " day" || unit == " days";
  const bool weeks = unit == " week" || unit == " weeks";
  if (error != std::errc{} || (!days && !weeks) || cast.type_name().typmods_size() > 0 || count > 1'000'000 ||
      count < -1'000'000) {
    return Refuse("interval_not_supported", "only intervals of whole days and weeks are supported",
                  "write INTERVAL '7 days'", "0A000", cast.location());
  }
  return weeks ? count * 7 : count;
}

}  // namespace

Outcome<Expr> ExprBinder::BindOperator(const pg_query::A_Expr& node) {
  const std::string symbol = LastName(node.name());
  switch (node.kind()) {
    case pg_query::AEXPR_OP:
      return node.has_lexpr() ? BindSymbol(node, symbol) : BindUnary(node, symbol);
    case pg_query::AEXPR_DISTINCT:
    case pg_query::AEXPR_NOT_DISTINCT: {
      Pair pair = TRY(BindPair(node.lexpr(), node.rexpr()));
      return Compare(node.kind() == pg_query::AEXPR_DISTINCT ? Op::kDistinctFrom : Op::kNotDistinctFrom,
                     std::move(pair.left), std::move(pair.right), node.location());
    }
    case pg_query::AEXPR_NULLIF: {
      Pair pair = TRY(BindPair(node.lexpr(), node.rexpr()));
      const auto type = Meet(pair.left.type, pair.right.type);
      if (!type)
        return Refuse("type_mismatch", "the arguments of NULLIF do not fit together", "cast one of them",
                      "42804", node.location());
      return Operation(Op::kNullIf, *type,
                       {Converted(std::move(pair.left), *type), Converted(std::move(pair.right), *type)},
                       true);
    }
    case pg_query::AEXPR_IN:
      return BindIn(node);
    case pg_query::AEXPR_LIKE:
      return BindLike(node, Op::kLike);
    case pg_query::AEXPR_ILIKE:
      return BindLike(node, Op::kILike);
    case pg_query::AEXPR_BETWEEN:
      return BindBetween(node, false, false);
    case pg_query::AEXPR_NOT_BETWEEN:
      return BindBetween(node, false, true);
    case pg_query::AEXPR_BETWEEN_SYM:
      return BindBetween(node, true, false);
    case pg_query::AEXPR_NOT_BETWEEN_SYM:
      return BindBetween(node, true, true);
    case pg_query::AEXPR_SIMILAR:
      return Refuse("not_supported", "SIMILAR TO is not supported", "write LIKE", "0A000", node.location());
    default:
      return Refuse("not_supported", "ANY and ALL of an array are not supported", "write IN (…)", "0A000",
                    node.location());
  }
}

Outcome<Expr> ExprBinder::BindSymbol(const pg_query::A_Expr& node, const std::string& symbol) {
  for (const Symbol& known : kComparisons) {
    if (symbol != known.text && !(symbol == "!=" && known.op == Op::kNotEqual)) continue;
    Pair pair = TRY(BindPair(node.lexpr(), node.rexpr()));
    return Compare(known.op, std::move(pair.left), std::move(pair.right), node.location());
  }
  for (const Symbol& known : kArithmetic) {
    if (symbol == known.text) return BindArithmetic(node, known.op);
  }
  if (symbol == "||") {
    std::vector<Expr> parts;
    for (const Node* side : {&node.lexpr(), &node.rexpr()}) {
      Expr part = TRY(Bind(*side, Type::kText));
      parts.push_back(Converted(std::move(part), Type::kText));
    }
    return Operation(Op::kConcat, Type::kText, std::move(parts));
  }
  const bool regular = symbol.starts_with("~") || symbol.starts_with("!~");
  return Refuse("operator_not_supported", fmt::format("the operator {} is not supported", symbol),
                regular ? "write LIKE or ILIKE" : "see docs/analysts.md for what may be written", "0A000",
                node.location());
}

Outcome<Expr> ExprBinder::BindUnary(const pg_query::A_Expr& node, const std::string& symbol) {
  Expr arg = TRY(Bind(node.rexpr(), Type::kNumber));
  if ((symbol != "-" && symbol != "+") || !IsNumeric(arg.type)) {
    return Refuse("operator_not_supported",
                  fmt::format("the operator {} of a {} is not supported", symbol, Name(arg.type)),
                  "see docs/analysts.md", "0A000", node.location());
  }
  if (symbol == "+") return arg;
  if (arg.op == Op::kLiteral) {
    const auto* whole = std::get_if<std::int64_t>(&arg.literal);
    if (whole != nullptr && *whole != INT64_MIN) return Literal(Value(-*whole), arg.type);
    if (const auto* number = std::get_if<double>(&arg.literal)) return Literal(Value(-*number), arg.type);
  }
  const Type type = arg.type;
  return Operation(Op::kNegate, type, {std::move(arg)});
}

Outcome<Expr> ExprBinder::BindIntervalArithmetic(const pg_query::A_Expr& node, Op op) {
  const std::int64_t days = TRY(IntervalDays(node.rexpr()));
  Expr moment = TRY(BindAs(node.lexpr(), Type::kTimestamp, "what an interval is added to"));
  return Operation(Op::kDateAdd, Type::kTimestamp,
                   {std::move(moment), Literal(Value(op == Op::kAdd ? days : -days), Type::kInteger)}, true);
}

// date ± days, date - date.
Outcome<Expr> ExprBinder::BindTimeArithmetic(Expr left, Expr right, const pg_query::A_Expr& node, Op op) {
  const bool literal = right.op == Op::kLiteral && right.type == Type::kInteger && !IsNull(right.literal);
  if (left.type == Type::kDate && literal && (op == Op::kAdd || op == Op::kSubtract)) {
    const std::int64_t days = std::get<std::int64_t>(right.literal);
    if (std::abs(static_cast<double>(days)) <= 1e6) {
      return Operation(Op::kDateAdd, Type::kDate,
                       {std::move(left), Literal(Value(op == Op::kAdd ? days : -days), Type::kInteger)},
                       true);
    }
  }
  if (op == Op::kSubtract && left.type == Type::kDate && right.type == Type::kDate) {
    return Operation(Op::kDateDiff, Type::kInteger, {std::move(left), std::move(right)});
  }
  return Refuse("time_arithmetic", "this arithmetic with dates is not supported",
                "date + 7, date - 7, date + INTERVAL '7 days' and date - date are", "0A000", node.location());
}

Outcome<Expr> ExprBinder::BindArithmetic(const pg_query::A_Expr& node, Op op) {
  if (IsInterval(node.rexpr()) && (op == Op::kAdd || op == Op::kSubtract))
    return BindIntervalArithmetic(node, op);
  // Each side once: binding one again to look at its type would double at every level.
  Pair pair = TRY(BindPair(node.lexpr(), node.rexpr()));
  const bool times = !IsUntyped(node.lexpr()) && op != Op::kMultiply && op != Op::kDivide;
  if (times && IsTime(pair.left.type))
    return BindTimeArithmetic(std::move(pair.left), std::move(pair.right), node, op);
  if (!IsNumeric(pair.left.type) || !IsNumeric(pair.right.type)) {
    return Refuse(
        "type_mismatch",
        fmt::format("arithmetic needs numbers, not {} and {}", Name(pair.left.type), Name(pair.right.type)),
        "cast: …::double precision", "42804", node.location());
  }
  const Type type = op == Op::kPower ? Type::kNumber : *Meet(pair.left.type, pair.right.type);
  // A power has none where the base is negative and the exponent is not whole, or where it is too large.
  const auto& divisor = pair.right.range;
  const bool never_zero = divisor && (divisor->low > 0 || divisor->high < 0);
  const bool partial = op == Op::kPower || ((op == Op::kDivide || op == Op::kModulo) && !never_zero);
  Expr expr = Operation(
      op, type, {Converted(std::move(pair.left), type), Converted(std::move(pair.right), type)}, partial);
  expr.nullable = expr.nullable || !expr.range;
  return expr;
}

Outcome<Expr> ExprBinder::BindIn(const pg_query::A_Expr& node) {
  std::vector<const Node*> nodes = {&node.lexpr()};
  for (const Node& item : node.rexpr().list().items()) nodes.push_back(&item);
  Expr in = Operation(Op::kIn, Type::kBoolean, TRY(BindTogether(nodes, {}, node.location())));
  if (LastName(node.name()) == "<>") return Operation(Op::kNot, Type::kBoolean, {std::move(in)});
  return in;
}

Outcome<Expr> ExprBinder::BindLike(const pg_query::A_Expr& node, Op op) {
  Expr text = TRY(BindAs(node.lexpr(), Type::kText, "what LIKE compares"));
  Expr pattern = TRY(Bind(node.rexpr(), Type::kText));
  if ((pattern.op != Op::kLiteral && pattern.op != Op::kParameter) || pattern.type != Type::kText) {
    return Refuse("pattern_not_literal", "the pattern of LIKE must be a literal or a parameter",
                  "write LIKE 'A%'", "0A000", node.location());
  }
  // A pattern that ends inside an escape matches nothing and misses nothing: NULL.
  const auto* written = std::get_if<std::string>(&pattern.literal);
  const bool cut = written != nullptr && (written->size() - written->find_last_not_of('\\') - 1) % 2 == 1;
  Expr like = Operation(op, Type::kBoolean, {std::move(text), std::move(pattern)}, cut);
  if (LastName(node.name()).starts_with("!")) return Operation(Op::kNot, Type::kBoolean, {std::move(like)});
  return like;
}

Outcome<Expr> ExprBinder::BindBetween(const pg_query::A_Expr& node, bool symmetric, bool negated) {
  const auto& ends = node.rexpr().list().items();
  const std::vector<Expr> all = TRY(BindTogether({&node.lexpr(), &ends[0], &ends[1]}, {}, node.location()));
  const auto between = [&](const Expr& low, const Expr& high) {
    return Operation(Op::kAnd, Type::kBoolean,
                     {Operation(Op::kGreaterEqual, Type::kBoolean, {all[0], low}),
                      Operation(Op::kLessEqual, Type::kBoolean, {all[0], high})});
  };
  Expr expr = between(all[1], all[2]);
  if (symmetric) expr = Operation(Op::kOr, Type::kBoolean, {std::move(expr), between(all[2], all[1])});
  if (negated) return Operation(Op::kNot, Type::kBoolean, {std::move(expr)});
  return expr;
}

}  // namespace concordat::sql
