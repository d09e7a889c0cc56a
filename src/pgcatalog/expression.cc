#include "base/clock.h"
#include "base/name.h"
#include "pgcatalog/rewriter.h"

namespace concordat::pgcatalog {
namespace {

using pg_query::Node;

constexpr std::size_t most_parameters = 65'535;  // as the protocol counts them

tl::unexpected<Refusal> NoSuchColumn(const Scope& scope, const std::string& alias, const std::string& name,
                                     int location) {
  if (!alias.empty() && FindSource(&scope, alias) == nullptr) {
    return Refuse("unknown_table", "missing FROM-clause entry for table \"" + alias + "\"",
                  "name it in FROM, or use the alias that FROM gives it", "42P01", location);
  }
  std::vector<std::string> known;
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    for (const Source& source : at->sources) {
      for (const RelationColumn& column : source.columns) known.push_back(column.name);
    }
  }
  const std::string nearest = NearestName(name, known);
  const std::string shown = alias.empty() ? "\"" + name + "\"" : alias + "." + name;
  return Refuse(
      "unknown_column", "column " + shown + " does not exist",
      nearest.empty() ? "information_schema.columns lists the columns" : "did you mean " + nearest + "?",
      "42703", location);
}

std::string Stamp() { return ToText(Timestamp{SystemClock().Now().time_since_epoch().count() * 1000}); }

}  // namespace

std::optional<Node> ArrayConstant(const std::string& text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  Node node;
  auto& array = *node.mutable_a_array_expr();
  const std::string inside = text.substr(1, text.size() - 2);
  std::string item;
  bool quoted = false, was_quoted = false;
  const auto finish = [&] {
    *array.add_elements() = item == "NULL" && !was_quoted ? NullConstant() : TextConstant(item);
    item.clear();
    was_quoted = false;
  };
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (c == '\\' && i + 1 < inside.size())
      item += inside[++i];
    else if (c == '"')
      quoted = !quoted, was_quoted = true;
    else if (c == ',' && !quoted)
      finish();
    else if (c == '{' && !quoted)
      return std::nullopt;
    else
      item += c;
  }
  if (!inside.empty()) finish();
  return node;
}

Outcome<Oid> Rewriter::Parameter(Node& node, Oid expected) {
  const auto index = static_cast<std::size_t>(std::max(1, node.param_ref().number())) - 1;
  if (index >= most_parameters) return NotHere("this many parameters");
  if (index >= parameters.size()) parameters.resize(index + 1, 0);
  if (expected == oid::kUnknown) expected = oid::kText;
  if (parameters[index] == 0) parameters[index] = expected;
  const Oid type = expected != 0 ? expected : parameters[index];
  if (values_ != nullptr && index >= values_->size()) {
    return Refuse("parameter_count", "the question has more parameters than values were given",
                  "give every $n a value", "08P01");
  }
  const Value value = values_ == nullptr ? Value(Null()) : (*values_)[index];
  Node constant = IsNull(value) ? NullConstant() : TextConstant(ToText(value));
  if (ElementOf(type) != 0 && !IsNull(value)) {
    auto array = ArrayConstant(ToText(value));
    if (!array)
      return Refuse("bad_value", "malformed array in parameter " + std::to_string(index + 1), "give {a,b}",
                    "22P02");
    constant = *std::move(array);
  }
  node = CastTo(std::move(constant), type == 0 ? "VARCHAR" : CarrierOf(type));
  return type;
}

Outcome<void> Rewriter::Each(Nodes& nodes, const Scope& scope, Oid expected) {
  for (Node& node : nodes) TRY(Expression(node, scope, expected));
  return {};
}

// The first type that is known among alternatives (CASE, COALESCE, arrays).
Outcome<Oid> Rewriter::First(Nodes& nodes, const Scope& scope, Oid expected) {
  Oid found = 0;
  for (Node& node : nodes) {
    const Oid type = TRY(Expression(node, scope, expected != 0 ? expected : found));
    if (found == 0 || found == oid::kUnknown) found = type;
  }
  return found;
}

Outcome<Oid> Rewriter::ColumnReference(Node& node, const Scope& scope) {
  auto& fields = *node.mutable_column_ref()->mutable_fields();
  if (fields[fields.size() - 1].has_a_star()) return NotHere("* here");
  // pg_catalog.pg_class.oid and database.schema.table.column: the table's alias tells it already.
  while (fields.size() > 2) fields.DeleteSubrange(0, 1);
  const std::string name = fields[fields.size() - 1].string().sval();
  const std::string alias = fields.size() == 2 ? fields[0].string().sval() : "";
  if (name == "tableoid") {
    node = CastTo(IntegerConstant(static_cast<int>(FindRelationOid(&scope, alias))), "UINTEGER");
    return oid::kOid;
  }
  if (const auto type = FindColumn(&scope, alias, name)) {
    // With its source's name, so that it means the same inside a macro's own subquery.
    const Source* const owner = alias.empty() ? FindOwner(&scope, name) : nullptr;
    if (owner != nullptr && FindSource(&scope, owner->alias) == owner) {
      Node column = std::move(fields[0]);
      fields[0] = StringNode(owner->alias);
      *fields.Add() = std::move(column);
    }
    return *type;
  }
  if (name == "xmin" && FindRelationOid(&scope, alias) != 0) {
    node = CastTo(IntegerConstant(2), "UINTEGER");  // FrozenTransactionId: every transaction sees the row
    return oid::kXid;
  }
  if (alias.empty() && FindSource(&scope, name) != nullptr) return 0;  // a whole row
  return NoSuchColumn(scope, alias, name, node.column_ref().location());
}

Outcome<Oid> Rewriter::Case(pg_query::CaseExpr& expression, const Scope& scope, Oid expected) {
  Oid subject = 0;
  Oid found = 0;
  if (expression.has_arg()) subject = TRY(Expression(*expression.mutable_arg(), scope));
  for (Node& node : *expression.mutable_args()) {
    auto& when = *node.mutable_case_when();
    TRY(Expression(*when.mutable_expr(), scope, subject));
    const Oid type = TRY(Expression(*when.mutable_result(), scope, expected));
    if (found == 0 || found == oid::kUnknown) found = type;
  }
  if (expression.has_defresult()) {
    const Oid type = TRY(Expression(*expression.mutable_defresult(), scope, expected));
    if (found == 0 || found == oid::kUnknown) found = type;
  }
  return found;
}

Outcome<Oid> Rewriter::SubQuery(pg_query::SubLink& link, const Scope& scope) {
  const Level level(*this);
  TRY(level.Check());
  if (!link.oper_name().empty() && LastName(link.oper_name()) != "=")
    return NotHere("this comparison with a subquery");
  if (link.has_testexpr()) TRY(Expression(*link.mutable_testexpr(), scope));
  const auto columns = TRY(Select(*link.mutable_subselect()->mutable_select_stmt(), &scope, false));
  const Oid type = columns.empty() ? 0 : columns[0].type;
  switch (link.sub_link_type()) {
    case pg_query::EXISTS_SUBLINK:
    case pg_query::ANY_SUBLINK:
    case pg_query::ALL_SUBLINK:
      return oid::kBool;
    case pg_query::ARRAY_SUBLINK:
      return ArrayOf(type == oid::kUnknown ? oid::kText : type);
    case pg_query::EXPR_SUBLINK:
      return type;
    default:
      return NotHere("this subquery");
  }
}

Outcome<Oid> Rewriter::Indirection(pg_query::A_Indirection& indirection, const Scope& scope) {
  Oid type = TRY(Expression(*indirection.mutable_arg(), scope));
  for (Node& step : *indirection.mutable_indirection()) {
    if (step.has_string()) {
      // Only the pair (x, n) of _pg_expandarray has fields here.
      type = step.string().sval() == "n" ? oid::kInt4 : oid::kInt2;
      continue;
    }
    if (!step.has_a_indices()) return NotHere("this access to a part");
    auto& indices = *step.mutable_a_indices();
    if (indices.has_lidx()) TRY(Expression(*indices.mutable_lidx(), scope, oid::kInt4));
    if (indices.has_uidx()) TRY(Expression(*indices.mutable_uidx(), scope, oid::kInt4));
    if (!indices.is_slice()) type = ElementOf(type);
  }
  return type;
}

Outcome<Oid> Rewriter::SessionValue(Node& node) {
  switch (node.sqlvalue_function().op()) {
    case pg_query::SVFOP_CURRENT_ROLE:
    case pg_query::SVFOP_CURRENT_USER:
    case pg_query::SVFOP_USER:
    case pg_query::SVFOP_SESSION_USER:
      node = TextConstant(database_.analyst);
      return oid::kName;
    case pg_query::SVFOP_CURRENT_CATALOG:
      node = TextConstant(database_.name);
      return oid::kName;
    case pg_query::SVFOP_CURRENT_SCHEMA:
      node = TextConstant("public");
      return oid::kName;
    case pg_query::SVFOP_CURRENT_DATE:
      node = CastTo(TextConstant(Stamp().substr(0, 10)), "DATE");
      return oid::kDate;
    case pg_query::SVFOP_CURRENT_TIMESTAMP:
    case pg_query::SVFOP_CURRENT_TIMESTAMP_N:
      node = CastTo(TextConstant(Stamp()), "TIMESTAMP");
      return oid::kTimestamptz;
    case pg_query::SVFOP_LOCALTIMESTAMP:
    case pg_query::SVFOP_LOCALTIMESTAMP_N:
      node = CastTo(TextConstant(Stamp()), "TIMESTAMP");
      return oid::kTimestamp;
    default:
      return NotHere("the time of day");
  }
}

Outcome<Oid> Rewriter::Constant(const pg_query::A_Const& constant) {
  switch (constant.val_case()) {
    case pg_query::A_Const::kIval:
      return oid::kInt4;
    case pg_query::A_Const::kFval:
      return constant.fval().fval().find_first_of(".eE") == std::string::npos ? oid::kInt8 : oid::kNumeric;
    case pg_query::A_Const::kBoolval:
      return oid::kBool;
    case pg_query::A_Const::kBsval:
      return NotHere("a bit string");
    default:
      return oid::kUnknown;
  }
}

// What only hands on to the expressions inside.
Outcome<Oid> Rewriter::Compound(Node& node, const Scope& scope, Oid expected) {
  switch (node.node_case()) {
    case Node::kBoolExpr:
      TRY(Each(*node.mutable_bool_expr()->mutable_args(), scope, oid::kBool));
      return oid::kBool;
    case Node::kNullTest:
      TRY(Expression(*node.mutable_null_test()->mutable_arg(), scope));
      return oid::kBool;
    case Node::kBooleanTest:
      TRY(Expression(*node.mutable_boolean_test()->mutable_arg(), scope, oid::kBool));
      return oid::kBool;
    case Node::kCoalesceExpr:
      return First(*node.mutable_coalesce_expr()->mutable_args(), scope, expected);
    case Node::kMinMaxExpr:
      return First(*node.mutable_min_max_expr()->mutable_args(), scope, expected);
    case Node::kAArrayExpr: {
      const Oid type =
          TRY(First(*node.mutable_a_array_expr()->mutable_elements(), scope, ElementOf(expected)));
      return ArrayOf(type == 0 || type == oid::kUnknown ? oid::kText : type);
    }
    case Node::kRowExpr:
      TRY(Each(*node.mutable_row_expr()->mutable_args(), scope));
      return 0;
    case Node::kList:
      TRY(Each(*node.mutable_list()->mutable_items(), scope, expected));
      return 0;
    default:
      return NotHere("this expression");
  }
}

Outcome<Oid> Rewriter::Expression(Node& node, const Scope& scope, Oid expected) {
  switch (node.node_case()) {
    case Node::kAConst:
      return Constant(node.a_const());
    case Node::kColumnRef:
      return ColumnReference(node, scope);
    case Node::kParamRef:
      return Parameter(node, expected);
    case Node::kTypeCast:
      return Cast(node, scope);
    case Node::kFuncCall:
      return Call(node, scope);
    case Node::kSqlvalueFunction:
      return SessionValue(node);
    case Node::kCollateClause: {
      Node inner = std::move(*node.mutable_collate_clause()->mutable_arg());
      node = std::move(inner);
      return Expression(node, scope, expected);
    }
    case Node::kAExpr:
      return Comparison(node, scope, expected);
    case Node::kCaseExpr:
      return Case(*node.mutable_case_expr(), scope, expected);
    case Node::kSubLink:
      return SubQuery(*node.mutable_sub_link(), scope);
    case Node::kAIndirection:
      return Indirection(*node.mutable_a_indirection(), scope);
    default:
      return Compound(node, scope, expected);
  }
}

}  // namespace concordat::pgcatalog
