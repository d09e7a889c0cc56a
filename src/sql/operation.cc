#include "sql/operation.h"

#include <algorithm>

#include "sql/bind_range.h"
#include "sql/bind_type.h"

namespace concordat::sql {

Expr Operation(Op op, Type type, std::vector<Expr> args, bool may_be_null) {
  Expr expr;
  expr.op = op;
  expr.type = type;
  expr.nullable =
      may_be_null || std::any_of(args.begin(), args.end(), [](const Expr& arg) { return arg.nullable; });
  expr.args = std::move(args);
  if (type != Type::kText && type != Type::kBoolean) expr.range = RangeOf(expr);
  return expr;
}

// A value without an interval may be no number, which clipping makes NULL.
Expr Clipped(Expr value, const Range& range) {
  const bool unbounded = !value.range;
  return Operation(
      Op::kClip, Type::kNumber,
      {std::move(value), Literal(Value(range.low), Type::kNumber), Literal(Value(range.high), Type::kNumber)},
      unbounded);
}

Expr Let(std::vector<Expr> definitions, const std::function<Expr(const std::vector<Expr>& names)>& compute) {
  std::vector<Expr> names;
  for (const Expr& definition : definitions) {
    names.push_back({.op = Op::kLocal,
                     .type = definition.type,
                     .nullable = definition.nullable,
                     .range = definition.range,
                     .index = static_cast<int>(names.size())});
  }
  Expr computed = compute(names);
  Expr let{.op = Op::kLet, .type = computed.type, .nullable = computed.nullable, .range = computed.range};
  let.args = std::move(definitions);
  let.args.push_back(std::move(computed));
  return let;
}

}  // namespace concordat::sql
