#include "sql/bind_expr.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/bind_type.h"

namespace concordat::sql {
namespace {

using pg_query::Node;

tl::unexpected<Refusal> Mismatch(const std::string& what, const std::string& hint, int position) {
  return Refuse("type_mismatch", what, hint, "42804", position);
}

}  // namespace

int PositionOf(const Node& node) {
  const auto* field =
      node.GetReflection()->GetOneofFieldDescriptor(node, node.GetDescriptor()->oneof_decl(0));
  if (field == nullptr) return 0;
  const auto& message = node.GetReflection()->GetMessage(node, field);
  const auto* location = message.GetDescriptor()->FindFieldByName("location");
  return location == nullptr ? 0 : std::max(0, message.GetReflection()->GetInt32(message, location));
}

std::string LastName(const google::protobuf::RepeatedPtrField<Node>& names) {
  return names.empty() ? "" : names[names.size() - 1].string().sval();
}

Outcome<Expr> ExprBinder::Bind(const Node& node, std::optional<Type> hint) {
  if (auto special = TRY(BindSpecial(node))) return *std::move(special);
  return BindGeneral(node, hint);
}

Outcome<Expr> ExprBinder::BindAs(const Node& node, Type type, const char* where) {
  Expr expr = TRY(Bind(node, type));
  if (expr.type == type || (expr.op == Op::kLiteral && IsNull(expr.literal)))
    return Converted(std::move(expr), type);
  if (Meet(expr.type, type) == type) return Converted(std::move(expr), type);
  return Mismatch(fmt::format("{} must be {}, not {}", where, Name(type), Name(expr.type)),
                  fmt::format("cast it: …::{}", Name(type)), PositionOf(node));
}

Outcome<Expr> ExprBinder::BindGeneral(const Node& node, std::optional<Type> hint) {
  switch (node.node_case()) {
    case Node::kAConst:
      return BindConstant(node.a_const(), hint);
    case Node::kParamRef:
      return BindParameter(node.param_ref(), hint);
    case Node::kBoolExpr:
      return BindBoolean(node.bool_expr());
    case Node::kNullTest:
      return BindTest(node.null_test().arg(),
                      node.null_test().nulltesttype() == pg_query::IS_NULL ? Op::kIsNull : Op::kIsNotNull,
                      false);
    case Node::kBooleanTest: {
      constexpr Op kTests[] = {Op::kIsTrue,     Op::kIsNotTrue, Op::kIsFalse,
                               Op::kIsNotFalse, Op::kIsNull,    Op::kIsNotNull};
      return BindTest(node.boolean_test().arg(),
                      kTests[node.boolean_test().booltesttype() - pg_query::IS_TRUE], true);
    }
    case Node::kCaseExpr:
      return BindCase(node.case_expr(), hint);
    case Node::kTypeCast:
      return BindCast(node.type_cast());
    case Node::kAExpr:
      return BindOperator(node.a_expr());
    case Node::kFuncCall:
      return BindFunction(node.func_call());
    case Node::kCoalesceExpr:
      return BindFirstOf(Op::kCoalesce, node.coalesce_expr().args(), hint, PositionOf(node));
    case Node::kMinMaxExpr:
      return BindFirstOf(node.min_max_expr().op() == pg_query::IS_LEAST ? Op::kLeast : Op::kGreatest,
                         node.min_max_expr().args(), hint, PositionOf(node));
    default:
      return Refuse("not_supported", "this is not supported within an expression",
                    "see docs/analysts.md for what may be written", "0A000", PositionOf(node));
  }
}

// NULL only where every argument is.
Outcome<Expr> ExprBinder::BindFirstOf(Op op, const Nodes& nodes, std::optional<Type> hint, int position) {
  std::vector<const Node*> args;
  for (const Node& node : nodes) args.push_back(&node);
  std::vector<Expr> bound = TRY(BindTogether(args, hint, position));
  const Type type = bound[0].type;
  const bool nullable = std::all_of(bound.begin(), bound.end(), [](const Expr& arg) { return arg.nullable; });
  Expr expr = Operation(op, type, std::move(bound));
  expr.nullable = nullable;
  return expr;
}

bool ExprBinder::IsUntyped(const Node& node) const {
  if (node.has_a_const()) return node.a_const().isnull() || node.a_const().has_sval();
  if (!node.has_param_ref()) return false;
  const auto index = static_cast<std::size_t>(node.param_ref().number() - 1);
  return index >= context_.parameters.size() || !context_.parameters[index];
}

Outcome<Expr> ExprBinder::BindConstant(const pg_query::A_Const& constant, std::optional<Type> hint) {
  if (constant.isnull()) return NullOf(hint.value_or(Type::kText));
  switch (constant.val_case()) {
    case pg_query::A_Const::kIval:
      return Literal(Value(static_cast<std::int64_t>(constant.ival().ival())), Type::kInteger);
    case pg_query::A_Const::kBoolval:
      return Literal(Value(constant.boolval().boolval()), Type::kBoolean);
    case pg_query::A_Const::kFval: {
      const std::string& text = constant.fval().fval();
      const bool whole = text.find_first_not_of("0123456789") == text.npos && text.size() < 19;
      const Type type = whole ? Type::kInteger : Type::kNumber;
      return Literal(TRY(ParseLiteral(type, text, constant.location())), type);
    }
    default:
      break;
  }
  const Type type = hint.value_or(Type::kText);
  return Literal(TRY(ParseLiteral(type, constant.sval().sval(), constant.location())), type);
}

Outcome<Expr> ExprBinder::BindParameter(const pg_query::ParamRef& parameter, std::optional<Type> hint) {
  constexpr int kMostParameters = 1000;
  if (parameter.number() < 1 || parameter.number() > kMostParameters) {
    return Refuse("parameter_count",
                  fmt::format("${} is not among $1 to ${}", parameter.number(), kMostParameters),
                  "use fewer parameters", "42601", parameter.location());
  }
  const auto index = static_cast<std::size_t>(parameter.number() - 1);
  if (context_.parameters.size() <= index) context_.parameters.resize(index + 1);
  if (!context_.parameters[index]) context_.parameters[index] = hint.value_or(Type::kText);
  Expr expr;
  expr.op = Op::kParameter;
  expr.type = *context_.parameters[index];
  expr.nullable = true;
  expr.index = static_cast<int>(index);
  return expr;
}

Outcome<Expr> ExprBinder::BindBoolean(const pg_query::BoolExpr& node) {
  std::vector<Expr> args;
  for (const Node& arg : node.args())
    args.push_back(TRY(BindAs(arg, Type::kBoolean, "what AND, OR and NOT join")));
  const Op op = node.boolop() == pg_query::AND_EXPR  ? Op::kAnd
                : node.boolop() == pg_query::OR_EXPR ? Op::kOr
                                                     : Op::kNot;
  return Operation(op, Type::kBoolean, std::move(args));
}

Outcome<Expr> ExprBinder::BindTest(const Node& arg, Op op, bool boolean) {
  Expr tested = boolean ? TRY(BindAs(arg, Type::kBoolean, "what IS TRUE tests")) : TRY(Bind(arg));
  Expr expr = Operation(op, Type::kBoolean, {std::move(tested)});
  expr.nullable = false;
  return expr;
}

Outcome<ExprBinder::Pair> ExprBinder::BindPair(const Node& left, const Node& right) {
  if (IsUntyped(left) && !IsUntyped(right)) {
    Expr bound_right = TRY(Bind(right));
    return Pair{TRY(Bind(left, bound_right.type)), std::move(bound_right)};
  }
  Expr bound_left = TRY(Bind(left));
  const Type type = bound_left.type;
  Expr bound_right = TRY(Bind(right, type));
  return Pair{std::move(bound_left), std::move(bound_right)};
}

Outcome<std::vector<Expr>> ExprBinder::BindTogether(const std::vector<const Node*>& nodes,
                                                    std::optional<Type> hint, int position) {
  std::optional<Type> common;
  std::vector<std::optional<Expr>> bound(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (IsUntyped(*nodes[i])) continue;
    bound[i] = TRY(Bind(*nodes[i], hint));
    const auto met = common ? Meet(*common, bound[i]->type) : bound[i]->type;
    if (!met) {
      return Mismatch(fmt::format("{} and {} do not fit together", Name(*common), Name(bound[i]->type)),
                      "cast one of them", position);
    }
    common = met;
  }
  if (!common) common = hint.value_or(Type::kText);
  std::vector<Expr> together;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    together.push_back(Converted(bound[i] ? *std::move(bound[i]) : TRY(Bind(*nodes[i], common)), *common));
  }
  return together;
}

Outcome<Expr> ExprBinder::BindCase(const pg_query::CaseExpr& node, std::optional<Type> hint) {
  std::vector<Expr> conditions;
  std::vector<const Node*> results;
  for (const Node& when_node : node.args()) {
    const pg_query::CaseWhen& when = when_node.case_when();
    if (node.has_arg()) {
      Pair pair = TRY(BindPair(node.arg(), when.expr()));
      conditions.push_back(
          TRY(Compare(Op::kEqual, std::move(pair.left), std::move(pair.right), when.location())));
    } else {
      conditions.push_back(TRY(BindAs(when.expr(), Type::kBoolean, "what follows WHEN")));
    }
    results.push_back(&when.result());
  }
  if (node.has_defresult()) results.push_back(&node.defresult());
  std::vector<Expr> bound = TRY(BindTogether(results, hint, node.location()));
  const Type type = bound[0].type;
  bool nullable = !node.has_defresult();
  std::vector<Expr> args;
  for (std::size_t i = 0; i < bound.size(); ++i) {
    nullable = nullable || bound[i].nullable;
    if (i < conditions.size()) args.push_back(std::move(conditions[i]));
    args.push_back(std::move(bound[i]));
  }
  if (!node.has_defresult()) args.push_back(NullOf(type));
  Expr expr = Operation(Op::kCase, type, std::move(args));
  expr.nullable = nullable;
  return expr;
}

Outcome<Expr> ExprBinder::BindCast(const pg_query::TypeCast& node) {
  const std::string name = LastName(node.type_name().names());
  const auto type = TypeNamed(name);
  if (name == "interval") {
    return Refuse("interval_not_supported", "an interval is only supported next to + or - of a date",
                  "write day + INTERVAL '7 days'", "0A000", node.location());
  }
  if (!type) {
    return Refuse("unknown_type", fmt::format("the type {} is not supported", name),
                  "cast to boolean, bigint, double precision, text, date or timestamp", "42704",
                  node.location());
  }
  if (node.type_name().typmods_size() > 0) {
    return Refuse("not_supported", fmt::format("a length or precision of {} is not supported", name),
                  "use round() or substring() instead", "0A000", node.location());
  }
  Expr arg = TRY(Bind(node.arg(), IsUntyped(node.arg()) ? type : std::nullopt));
  if (arg.type == *type) return arg;
  if (arg.op == Op::kLiteral && IsNull(arg.literal)) return NullOf(*type);
  const bool converts = arg.type == Type::kText || *type == Type::kText ||
                        (IsNumeric(arg.type) && IsNumeric(*type)) || (IsTime(arg.type) && IsTime(*type)) ||
                        (arg.type == Type::kBoolean && *type == Type::kInteger) ||
                        (arg.type == Type::kInteger && *type == Type::kBoolean);
  if (!converts) {
    return Refuse("cannot_cast", fmt::format("{} does not convert to {}", Name(arg.type), Name(*type)),
                  "extract() or date_trunc() may do what you want", "42846", node.location());
  }
  const bool partial = arg.type == Type::kText || *type == Type::kInteger;
  Expr cast = Converted(std::move(arg), *type);
  cast.nullable = cast.nullable || partial;
  return cast;
}

Outcome<Expr> ExprBinder::Compare(Op op, Expr left, Expr right, int position) {
  const auto type = Meet(left.type, right.type);
  if (!type)
    return Mismatch(fmt::format("{} and {} are not compared", Name(left.type), Name(right.type)),
                    "cast one of them", position);
  Expr expr =
      Operation(op, Type::kBoolean, {Converted(std::move(left), *type), Converted(std::move(right), *type)});
  if (op == Op::kDistinctFrom || op == Op::kNotDistinctFrom) expr.nullable = false;
  return expr;
}

}  // namespace concordat::sql
