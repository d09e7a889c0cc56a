#include "model/arithmetic.h"

#include <numbers>

#include "base/check.h"
#include "sql/bind_type.h"
#include "sql/operation.h"

namespace concordat::model {

using sql::Op;

sql::Expr Constant(double number) { return sql::Literal(Value(number), Type::kNumber); }

sql::Expr Compute(Op op, std::vector<sql::Expr> args) {
  sql::Expr expr = sql::Operation(op, Type::kNumber, std::move(args));
  const bool divides = op == Op::kDivide && !(expr.args[1].range && expr.args[1].range->low > 0);
  const bool partial = op == Op::kLn || op == Op::kSqrt || op == Op::kPower || divides;
  expr.nullable = expr.nullable || partial || !expr.range;
  return expr;
}

sql::Expr SumOf(std::vector<sql::Expr> parts) {
  if (parts.empty()) return Constant(0);
  while (parts.size() > 1) {
    std::vector<sql::Expr> pairs;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
      pairs.push_back(Compute(Op::kAdd, {std::move(parts[i]), std::move(parts[i + 1])}));
    if (parts.size() % 2 == 1) pairs.push_back(std::move(parts.back()));
    parts = std::move(pairs);
  }
  return std::move(parts.front());
}

sql::Expr Choose(const sql::Expr& text, const std::vector<std::string>& levels,
                 std::vector<sql::Expr> chosen) {
  CHECK(levels.size() == chosen.size());
  std::vector<sql::Expr> args;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    args.push_back(
        sql::Operation(Op::kEqual, Type::kBoolean, {text, sql::Literal(Value(levels[i]), Type::kText)}));
    args.push_back(std::move(chosen[i]));
  }
  args.push_back(sql::NullOf(Type::kNumber));
  return sql::Operation(Op::kCase, Type::kNumber, std::move(args), true);
}

sql::Expr WhereKnown(const std::vector<learning::Field>& fields, const std::vector<sql::Expr>& inputs,
                     sql::Expr score) {
  std::vector<sql::Expr> known;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (fields[i].levels.empty()) {
      known.push_back(sql::Operation(Op::kIsNotNull, Type::kBoolean, {inputs[i]}));
      continue;
    }
    std::vector<sql::Expr> levels = {inputs[i]};
    for (const std::string& level : fields[i].levels)
      levels.push_back(sql::Literal(Value(level), Type::kText));
    known.push_back(sql::Operation(Op::kIn, Type::kBoolean, std::move(levels)));
  }
  sql::Expr all = sql::Operation(Op::kAnd, Type::kBoolean, std::move(known));
  return sql::Operation(Op::kCase, Type::kNumber,
                        {std::move(all), std::move(score), sql::NullOf(Type::kNumber)}, true);
}

namespace {

sql::Expr OfOne(const std::string& name, sql::Expr x) {
  if (name == "(" || name == "I") return x;
  if (name == "-") return Compute(Op::kNegate, {std::move(x)});
  if (name == "log") return Compute(Op::kLn, {std::move(x)});
  if (name == "log2")
    return Compute(Op::kDivide, {Compute(Op::kLn, {std::move(x)}), Constant(std::numbers::ln2)});
  if (name == "log10")
    return Compute(Op::kDivide, {Compute(Op::kLn, {std::move(x)}), Constant(std::numbers::ln10)});
  if (name == "log1p") return Compute(Op::kLn, {Compute(Op::kAdd, {Constant(1), std::move(x)})});
  if (name == "exp") return Compute(Op::kExp, {std::move(x)});
  if (name == "expm1") return Compute(Op::kSubtract, {Compute(Op::kExp, {std::move(x)}), Constant(1)});
  if (name == "sqrt") return Compute(Op::kSqrt, {std::move(x)});
  CHECK(name == "abs");
  return Compute(Op::kAbs, {std::move(x)});
}

Op OfSign(char sign) {
  switch (sign) {
    case '+':
      return Op::kAdd;
    case '-':
      return Op::kSubtract;
    case '*':
      return Op::kMultiply;
    case '/':
      return Op::kDivide;
    default:
      return Op::kPower;
  }
}

}  // namespace

sql::Expr Arithmetic(const learning::Expr& expr, const std::map<std::string, sql::Expr>& columns) {
  using Kind = learning::Expr::Kind;
  if (expr.kind == Kind::kNumber) return Constant(expr.number);
  if (expr.kind == Kind::kColumn) {
    const auto column = columns.find(expr.name);
    CHECK(column != columns.end());
    return column->second;
  }
  sql::Expr first = Arithmetic(expr.of[0], columns);
  if (expr.of.size() == 1) return OfOne(expr.name, std::move(first));
  return Compute(OfSign(expr.name[0]), {std::move(first), Arithmetic(expr.of[1], columns)});
}

}  // namespace concordat::model
