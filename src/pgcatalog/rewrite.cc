#include "pgcatalog/rewrite.h"

#include "pgcatalog/empty.h"
#include "pgcatalog/rewriter.h"
#include "sql/tree.h"

namespace concordat::pgcatalog {
namespace {

using pg_query::Node;
using pg_query::SelectStmt;

constexpr int deepest_nesting = 10;  // clients are known to ask 6
constexpr int most_copies = 256;     // and 16

tl::unexpected<Refusal> NoSuchRelation(const std::string& name) {
  return Refuse("unknown_table", "relation \"" + name + "\" does not exist",
                "SELECT table_name FROM information_schema.tables lists what is here", "42P01");
}

bool IsStar(const Node& node) {
  if (!node.has_column_ref()) return false;
  const auto& fields = node.column_ref().fields();
  return fields[fields.size() - 1].has_a_star();
}

// The columns behind * or alias.*.
void ExpandStar(const pg_query::ColumnRef& star, const Scope& scope, std::vector<RelationColumn>& offered) {
  const std::string alias = star.fields_size() > 1 ? star.fields(star.fields_size() - 2).string().sval() : "";
  for (const Source& source : scope.sources) {
    if (!alias.empty() && source.alias != alias) continue;
    offered.insert(offered.end(), source.columns.begin(), source.columns.end());
  }
}

std::vector<RelationColumn> Renamed(std::vector<RelationColumn> columns,
                                    const google::protobuf::RepeatedPtrField<Node>& names) {
  for (int i = 0; i < names.size() && i < static_cast<int>(columns.size()); ++i) {
    columns[static_cast<std::size_t>(i)].name = names[i].string().sval();
  }
  return columns;
}

}  // namespace

tl::unexpected<Refusal> NotHere(const std::string& what) {
  return Refuse("catalogue_question", what + " is not supported in a question about the catalogue",
                "ask a plain SELECT over pg_catalog, information_schema or schema concordat");
}

Outcome<void> Rewriter::Level::Check() const {
  if (rewriter_.depth_ <= deepest_nesting && rewriter_.copies_ <= most_copies) return {};
  return Refuse("statement_too_deep", "the question about the catalogue is nested too deeply",
                "write it with joins, or in several questions", "54001");
}

Outcome<void> Rewriter::With(pg_query::WithClause& with, Scope& scope) {
  const Level level(*this);
  TRY(level.Check());
  for (Node& node : *with.mutable_ctes()) {
    auto& cte = *node.mutable_common_table_expr();
    if (!cte.ctequery().has_select_stmt() || cte.has_search_clause() || cte.has_cycle_clause()) {
      return NotHere("WITH of anything but a SELECT");
    }
    auto& query = *cte.mutable_ctequery()->mutable_select_stmt();
    if (with.recursive() && query.has_larg()) {
      // The recursive arm sees the columns of the first; a copy of the first tells which.
      SelectStmt first = query.larg();
      Rewriter probe(database_, values_);
      probe.empty = empty;
      probe.depth_ = depth_;
      probe.copies_ = copies_;
      scope.ctes[cte.ctename()] = Renamed(TRY(probe.Select(first, &scope, false)), cte.aliascolnames());
    }
    scope.ctes[cte.ctename()] = Renamed(TRY(Select(query, &scope, false)), cte.aliascolnames());
  }
  return {};
}

// A relation of the catalogue, a view of ours, or a granted table where the question has no rows.
std::optional<Source> Rewriter::Named(const std::string& schema, const std::string& name) const {
  if (const Relation* relation = FindRelation(schema, name))
    return Source{name, relation->columns, relation->oid};
  Source source{.alias = name, .columns = {}, .relation = 0};
  for (const View& view : database_.views) {
    if (schema != "concordat" || view.name != name) continue;
    for (const ViewColumn& column : view.columns)
      source.columns.push_back({column.name, TypeOid(column.type)});
    return source;
  }
  for (const Table& table : database_.tables) {
    if (!empty || schema != "public" || table.name != name) continue;
    for (const auto& column : table.product->columns)
      source.columns.push_back({column.name, TypeOid(column.type)});
    return source;
  }
  return std::nullopt;
}

Outcome<void> Rewriter::FromRelation(pg_query::RangeVar& range, Scope& scope) {
  std::string name = range.relname();
  if (range.schemaname().empty()) {
    if (const auto* cte = FindCte(&scope, name)) {
      scope.sources.push_back({range.has_alias() ? range.alias().aliasname() : name, *cte, 0});
      return {};
    }
  }
  if (!range.catalogname().empty() && range.catalogname() != database_.name) return NoSuchRelation(name);
  std::string schema = range.schemaname();
  if (schema.empty()) schema = empty && Named("public", name) ? "public" : "pg_catalog";
  auto named = Named(schema, name);
  if (!named) return NoSuchRelation(range.schemaname().empty() ? name : schema + "." + name);
  Source source = *std::move(named);
  reads.insert(schema + "." + name);
  if (range.has_alias()) {
    source.alias = range.alias().aliasname();
    source.columns = Renamed(source.columns, range.alias().colnames());
  } else {
    range.mutable_alias()->set_aliasname(name);
  }
  range.clear_catalogname();
  range.set_schemaname(std::string(CarrierSchema(schema)));
  range.set_inh(true);
  scope.sources.push_back(std::move(source));
  return {};
}

Outcome<void> Rewriter::FromFunction(pg_query::RangeFunction& range, Scope& scope) {
  if (range.functions_size() != 1 || range.is_rowsfrom() || !range.coldeflist().empty())
    return NotHere("ROWS FROM");
  Node& call = *range.mutable_functions(0)->mutable_list()->mutable_items(0);
  const std::string name = ColumnName(call);
  in_from_ = true;
  const Oid type = TRY(Expression(call, scope));
  if (!call.has_func_call()) return NotHere("FROM " + name + "()");
  Source source{.alias = range.has_alias() ? range.alias().aliasname() : name, .columns = {}, .relation = 0};
  if (name == "pg_get_keywords") {
    range.mutable_alias()->set_aliasname(source.alias);
    source.columns = {{"word", oid::kText},
                      {"catcode", oid::kChar},
                      {"barelabel", oid::kBool},
                      {"catdesc", oid::kText},
                      {"baredesc", oid::kText}};
  } else {
    // PostgreSQL names the one column of a function after its alias.
    auto& alias = *range.mutable_alias();
    alias.set_aliasname(source.alias);
    source.columns = Renamed({{source.alias, type}}, alias.colnames());
    if (range.ordinality()) {
      source.columns.push_back({"ordinality", oid::kInt8});
      source.columns = Renamed(source.columns, alias.colnames());
    }
    alias.clear_colnames();
    for (const RelationColumn& column : source.columns) *alias.add_colnames() = StringNode(column.name);
  }
  scope.sources.push_back(std::move(source));
  return {};
}

Outcome<void> Rewriter::From(Node& node, Scope& scope) {
  switch (node.node_case()) {
    case Node::kRangeVar:
      return FromRelation(*node.mutable_range_var(), scope);
    case Node::kRangeFunction:
      return FromFunction(*node.mutable_range_function(), scope);
    case Node::kRangeSubselect: {
      const Level level(*this);
      TRY(level.Check());
      auto& range = *node.mutable_range_subselect();
      // Without LATERAL a subquery sees nothing of its neighbours; types alone are at stake here.
      auto columns = TRY(Select(*range.mutable_subquery()->mutable_select_stmt(), &scope, false));
      scope.sources.push_back(
          {range.alias().aliasname(), Renamed(std::move(columns), range.alias().colnames()), 0});
      return {};
    }
    case Node::kJoinExpr: {
      auto& join = *node.mutable_join_expr();
      TRY(From(*join.mutable_larg(), scope));
      TRY(From(*join.mutable_rarg(), scope));
      if (join.has_quals()) TRY(Expression(*join.mutable_quals(), scope, oid::kBool));
      return {};
    }
    default:
      return NotHere("this FROM item");
  }
}

Outcome<void> Rewriter::Targets(SelectStmt& select, Scope& scope, bool top,
                                std::vector<RelationColumn>& offered) {
  for (Node& node : *select.mutable_target_list()) {
    auto& target = *node.mutable_res_target();
    if (IsStar(target.val())) {
      auto& fields = *target.mutable_val()->mutable_column_ref()->mutable_fields();
      while (fields.size() > 2) fields.DeleteSubrange(0, 1);
      ExpandStar(target.val().column_ref(), scope, offered);
      continue;
    }
    const std::string name = target.name().empty() ? ColumnName(target.val()) : target.name();
    if (!target.val().has_column_ref()) target.set_name(name);
    if (top && target.val().has_func_call() &&
        LastName(target.val().func_call().funcname()) == "set_config") {
      auto& call = *target.mutable_val()->mutable_func_call();
      const std::string* setting = call.args_size() == 3 ? ConstantText(call.args(0)) : nullptr;
      if (setting == nullptr) return NotHere("set_config() without a constant name");
      set_config.emplace_back(*setting, offered.size());
      Node value = call.args(1);
      *target.mutable_val() = std::move(value);
    }
    Oid type = TRY(Expression(*target.mutable_val(), scope));
    if (top && !RegistryName(type).empty()) {
      *target.mutable_val() = RegistryText(std::move(*target.mutable_val()), type);
    }
    offered.push_back({name, type});
  }
  return {};
}

Outcome<std::vector<RelationColumn>> Rewriter::Values(SelectStmt& select, Scope& scope) {
  std::vector<RelationColumn> offered;
  for (Node& list : *select.mutable_values_lists()) {
    std::size_t i = 0;
    for (Node& item : *list.mutable_list()->mutable_items()) {
      const Oid type = TRY(Expression(item, scope));
      if (i >= offered.size()) offered.push_back({"column" + std::to_string(i + 1), type});
      if (offered[i].type == oid::kUnknown) offered[i].type = type;
      ++i;
    }
  }
  return offered;
}

Outcome<std::vector<RelationColumn>> Rewriter::SetOperation(SelectStmt& select, const Scope* scope,
                                                            bool top) {
  auto left = TRY(Select(*select.mutable_larg(), scope, top));
  const auto right = TRY(Select(*select.mutable_rarg(), scope, top));
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (left[i].type == oid::kUnknown) left[i].type = right[i].type;
  }
  return left;
}

Outcome<void> Rewriter::Grouping(Nodes& nodes, Scope& scope, const std::vector<RelationColumn>& offered) {
  for (Node& node : nodes) {
    if (node.node_case() == Node::NODE_NOT_SET || node.has_a_const()) continue;  // DISTINCT; a position
    if (node.has_column_ref() && node.column_ref().fields_size() == 1) {
      // An output column's name, but an input column's comes first.
      const std::string& name = node.column_ref().fields(0).string().sval();
      const bool is_output =
          std::any_of(offered.begin(), offered.end(), [&](const auto& c) { return c.name == name; });
      if (is_output && !FindColumn(&scope, "", name)) continue;
    }
    TRY(Expression(node, scope));
  }
  return {};
}

Outcome<void> Rewriter::Sorting(Nodes& nodes, Scope& scope, const std::vector<RelationColumn>& offered) {
  for (Node& node : nodes) {
    if (!node.sort_by().use_op().empty()) return NotHere("ORDER BY USING");
    Node& key = *node.mutable_sort_by()->mutable_node();
    if (key.has_a_const()) continue;
    if (key.has_column_ref() && key.column_ref().fields_size() == 1) {
      // An output column's name comes before any input column's, even where several inputs have it.
      const std::string& name = key.column_ref().fields(0).string().sval();
      const auto output =
          std::find_if(offered.begin(), offered.end(), [&](const auto& c) { return c.name == name; });
      if (output != offered.end()) {
        key = IntegerConstant(static_cast<int>(output - offered.begin()) + 1);
        continue;
      }
    }
    TRY(Expression(key, scope));
  }
  return {};
}

Outcome<std::vector<RelationColumn>> Rewriter::Select(SelectStmt& select, const Scope* outer, bool top) {
  if (select.has_into_clause()) return NotHere("SELECT INTO");
  select.clear_locking_clause();
  Scope scope{.outer = outer, .sources = {}, .ctes = {}};
  if (select.has_with_clause()) TRY(With(*select.mutable_with_clause(), scope));
  std::vector<RelationColumn> offered;
  if (select.has_larg()) {
    offered = TRY(SetOperation(select, &scope, top));
  } else if (!select.values_lists().empty()) {
    offered = TRY(Values(select, scope));
  } else {
    for (Node& node : *select.mutable_from_clause()) TRY(From(node, scope));
    TRY(Targets(select, scope, top, offered));
    if (select.has_where_clause()) TRY(Expression(*select.mutable_where_clause(), scope, oid::kBool));
    TRY(Grouping(*select.mutable_group_clause(), scope, offered));
    if (select.has_having_clause()) TRY(Expression(*select.mutable_having_clause(), scope, oid::kBool));
    if (!select.window_clause().empty()) return NotHere("WINDOW");
    TRY(Grouping(*select.mutable_distinct_clause(), scope, offered));
  }
  TRY(Sorting(*select.mutable_sort_clause(), scope, offered));
  if (select.has_limit_count()) TRY(Expression(*select.mutable_limit_count(), scope, oid::kInt8));
  if (select.has_limit_offset()) TRY(Expression(*select.mutable_limit_offset(), scope, oid::kInt8));
  return offered;
}

Outcome<Rewritten> Rewrite(const Database& database, const std::string& text, const Row* values) {
  pg_query::ParseResult tree = TRY(sql::ParseTree(text));
  if (tree.stmts().empty()) return Rewritten{};
  if (tree.stmts_size() > 1) return NotHere("more than one statement at a time");
  Node& statement = *tree.mutable_stmts(0)->mutable_stmt();
  if (!statement.has_select_stmt()) return NotHere("a statement other than SELECT");
  Rewriter rewriter(database, values);
  rewriter.empty = HasNoRows(statement.select_stmt());
  const auto offered = TRY(rewriter.Select(*statement.mutable_select_stmt(), nullptr, true));
  Rewritten rewritten;
  rewritten.sql = TRY(sql::Deparse(tree));
  for (const RelationColumn& column : offered) rewritten.columns.push_back({column.name, column.type});
  rewritten.parameters = std::move(rewriter.parameters);
  rewritten.reads = std::move(rewriter.reads);
  rewritten.set_config = std::move(rewriter.set_config);
  return rewritten;
}

}  // namespace concordat::pgcatalog
