#include "pgcatalog/tree.h"

#include "base/name.h"

namespace concordat::pgcatalog {

using pg_query::Node;

Node StringNode(const std::string& text) {
  Node node;
  node.mutable_string()->set_sval(text);
  return node;
}

Node TextConstant(const std::string& text) {
  Node node;
  node.mutable_a_const()->mutable_sval()->set_sval(text);
  return node;
}

Node IntegerConstant(int value) {
  Node node;
  node.mutable_a_const()->mutable_ival()->set_ival(value);
  return node;
}

Node NullConstant() {
  Node node;
  node.mutable_a_const()->set_isnull(true);
  return node;
}

Node CastTo(Node node, const std::string& carrier) {
  Node cast;
  const bool list = carrier.ends_with("[]");
  *cast.mutable_type_cast()->mutable_arg() = std::move(node);
  auto& type = *cast.mutable_type_cast()->mutable_type_name();
  const std::string name = list ? carrier.substr(0, carrier.size() - 2) : carrier;
  if (const auto paren = name.find('('); paren != std::string::npos) {
    *type.add_names() = StringNode("decimal");
    *type.add_typmods() = IntegerConstant(38);
    *type.add_typmods() = IntegerConstant(9);
  } else {
    *type.add_names() = StringNode(Lower(name));
  }
  type.set_typemod(-1);
  if (list) {
    Node bound;
    bound.mutable_integer()->set_ival(-1);
    *type.add_array_bounds() = bound;
  }
  return cast;
}

Node CallOf(const std::string& function, std::vector<Node> arguments) {
  Node node;
  auto& call = *node.mutable_func_call();
  *call.add_funcname() = StringNode(function);
  for (Node& argument : arguments) *call.add_args() = std::move(argument);
  call.set_funcformat(pg_query::COERCE_EXPLICIT_CALL);
  return node;
}

Node NotOf(Node node) {
  Node negated;
  negated.mutable_bool_expr()->set_boolop(pg_query::NOT_EXPR);
  *negated.mutable_bool_expr()->add_args() = std::move(node);
  return negated;
}

const std::string* ConstantText(const Node& node) {
  if (!node.has_a_const() || node.a_const().val_case() != pg_query::A_Const::kSval) return nullptr;
  return &node.a_const().sval().sval();
}

std::string LastName(const google::protobuf::RepeatedPtrField<Node>& names) {
  return names.empty() ? "" : names[names.size() - 1].string().sval();
}

std::string Qualifier(const google::protobuf::RepeatedPtrField<Node>& names) {
  return names.size() < 2 ? "" : names[names.size() - 2].string().sval();
}

namespace {

std::string SqlValueName(pg_query::SQLValueFunctionOp op) {
  switch (op) {
    case pg_query::SVFOP_CURRENT_DATE:
      return "current_date";
    case pg_query::SVFOP_CURRENT_TIMESTAMP:
    case pg_query::SVFOP_CURRENT_TIMESTAMP_N:
      return "current_timestamp";
    case pg_query::SVFOP_LOCALTIMESTAMP:
    case pg_query::SVFOP_LOCALTIMESTAMP_N:
      return "localtimestamp";
    case pg_query::SVFOP_CURRENT_ROLE:
      return "current_role";
    case pg_query::SVFOP_CURRENT_USER:
      return "current_user";
    case pg_query::SVFOP_USER:
      return "user";
    case pg_query::SVFOP_SESSION_USER:
      return "session_user";
    case pg_query::SVFOP_CURRENT_CATALOG:
      return "current_catalog";
    case pg_query::SVFOP_CURRENT_SCHEMA:
      return "current_schema";
    default:
      return "?column?";
  }
}

using Wished = std::pair<std::string, int>;

Wished Wish(const Node& node);

Wished WishOfSubQuery(const pg_query::SubLink& link) {
  if (link.sub_link_type() == pg_query::EXISTS_SUBLINK) return {"exists", 2};
  if (link.sub_link_type() == pg_query::ARRAY_SUBLINK) return {"array", 2};
  if (link.sub_link_type() != pg_query::EXPR_SUBLINK) return {"?column?", 0};
  const pg_query::SelectStmt* select = &link.subselect().select_stmt();
  while (select->has_larg()) select = &select->larg();
  if (select->target_list().empty()) return {"?column?", 0};
  const auto& target = select->target_list(0).res_target();
  return target.name().empty() ? Wish(target.val()) : Wished(target.name(), 2);
}

// The last name among steps; the first node's own wish where they name nothing.
Wished WishOfSteps(const google::protobuf::RepeatedPtrField<Node>& steps, const Wished& otherwise) {
  for (int i = steps.size(); i-- > 0;) {
    if (steps[i].has_string()) return {steps[i].string().sval(), 2};
  }
  return otherwise;
}

// A name of its own inside comes before the cast's or CASE's.
Wished Outer(const Wished& inner, const std::string& name) {
  return inner.second > 1 ? inner : Wished(name, 1);
}

// The name and how strongly the node wishes for it: 2 a name of its own, 1 a type or CASE, 0 none.
Wished Wish(const Node& node) {
  switch (node.node_case()) {
    case Node::kColumnRef:
      return WishOfSteps(node.column_ref().fields(), {"?column?", 0});
    case Node::kAIndirection:
      return WishOfSteps(node.a_indirection().indirection(), Wish(node.a_indirection().arg()));
    case Node::kFuncCall:
      return {LastName(node.func_call().funcname()), 2};
    case Node::kAExpr:
      return node.a_expr().kind() == pg_query::AEXPR_NULLIF ? Wished("nullif", 2) : Wished("?column?", 0);
    case Node::kTypeCast:
      return Outer(Wish(node.type_cast().arg()), LastName(node.type_cast().type_name().names()));
    case Node::kCollateClause:
      return Wish(node.collate_clause().arg());
    case Node::kSubLink:
      return WishOfSubQuery(node.sub_link());
    case Node::kCaseExpr:
      return Outer(Wish(node.case_expr().defresult()), "case");
    case Node::kAArrayExpr:
      return {"array", 2};
    case Node::kRowExpr:
      return {"row", 2};
    case Node::kCoalesceExpr:
      return {"coalesce", 2};
    case Node::kMinMaxExpr:
      return {node.min_max_expr().op() == pg_query::IS_GREATEST ? "greatest" : "least", 2};
    case Node::kSqlvalueFunction:
      return {SqlValueName(node.sqlvalue_function().op()), 2};
    default:
      return {"?column?", 0};
  }
}

}  // namespace

std::string ColumnName(const Node& node) { return Wish(node).first; }

}  // namespace concordat::pgcatalog
