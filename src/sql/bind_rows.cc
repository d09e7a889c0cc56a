#include "sql/bind_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/bind_join.h"
#include "sql/bind_type.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

using pg_query::Node;

std::shared_ptr<const Relation> ScanOfProduct(const std::shared_ptr<const catalogue::Product>& product) {
  auto scan = std::make_shared<Relation>();
  scan->kind = Relation::Kind::kScan;
  for (const catalogue::Column& column : product->columns) {
    // What lies outside a declared domain is NULL at the scan, unless publishing proved that nothing does. Of
    // several members' rows it is in no group, or a group NULL would stand wherever one of them proved
    // nothing.
    const bool strays = !column.domain.empty() && !product->bounds.ranges_proven && !product->united;
    const bool nullable = column.nullable || strays;
    scan->columns.push_back({column.name, column.type, nullable, column.range, column.domain, column.unit});
  }
  scan->rows_per_unit = product->bounds.rows_per_unit;
  scan->rows_proven = product->bounds.rows_proven;
  scan->product = product;
  return scan;
}

std::shared_ptr<Relation> Above(const std::shared_ptr<const Relation>& input, Relation::Kind kind) {
  auto relation = std::make_shared<Relation>();
  relation->kind = kind;
  relation->rows_per_unit = input->rows_per_unit;
  relation->rows_proven = input->rows_proven;
  relation->input = input;
  return relation;
}

Outcome<NamedRelation> BindRangeVar(const pg_query::RangeVar& table, const Scope& scope, const Ctes& ctes) {
  const std::string alias = table.has_alias() ? table.alias().aliasname() : table.relname();
  if (!table.inh())
    return Refuse("not_supported", "ONLY is not supported", "leave it out", "0A000", table.location());
  if (table.schemaname().empty()) {
    if (const auto cte = ctes.find(table.relname()); cte != ctes.end()) return Named(cte->second, alias);
  }
  const auto product = scope.find(table.relname());
  if (product == scope.end() || (!table.schemaname().empty() && table.schemaname() != "public")) {
    std::vector<std::string> names;
    for (const auto& [name, unused] : scope) names.push_back(name);
    const std::string name =
        table.schemaname().empty() ? table.relname() : table.schemaname() + "." + table.relname();
    return Refuse("unknown_table", fmt::format("there is no table {} under this agreement", name),
                  DidYouMean(table.relname(), names, "\\d lists the tables"), "42P01", table.location());
  }
  if (product->second->model) {
    return Refuse("model_not_table", fmt::format("{} is a model: it has no rows", table.relname()),
                  fmt::format("write concordat.predict('{}') over the rows of a table", table.relname()),
                  "42809", table.location());
  }
  return Named(ScanOfProduct(product->second), alias);
}

// What a subquery that only computes and filters rows may not have.
Outcome<void> CheckPlain(const pg_query::SelectStmt& select, int position) {
  const bool aggregates = select.group_clause_size() > 0 || select.has_having_clause() ||
                          std::any_of(select.target_list().begin(), select.target_list().end(),
                                      [](const Node& target) { return HasAggregate(target); });
  if (aggregates) {
    return Refuse("nested_aggregate", "an aggregate below another is not supported",
                  "aggregate once, in the outermost SELECT", "0A000", position);
  }
  if (select.distinct_clause_size() > 0 || select.sort_clause_size() > 0 || select.has_limit_count() ||
      select.has_limit_offset()) {
    return Refuse("row_selection", "DISTINCT, ORDER BY and LIMIT over rows of people are not supported",
                  "use them in the outermost SELECT, over released values", "0A000", position);
  }
  return {};
}

Outcome<void> AddTarget(const pg_query::ResTarget& target, RowBinder& binder, Relation& out) {
  const Relation& input = binder.relation();
  const Node& value = target.val();
  const bool star =
      value.has_column_ref() && value.column_ref().fields(value.column_ref().fields_size() - 1).has_a_star();
  if (star) {
    for (const std::size_t i : TRY(binder.FindColumns(value.column_ref()))) {
      out.columns.push_back(input.columns[i]);
      out.expressions.push_back(ColumnExpr(input, i));
    }
    return {};
  }
  const std::string name = target.name().empty() ? OutputName(value) : target.name();
  if (value.has_column_ref()) {  // a plain column keeps all that is known of it, the unit among it
    const std::size_t index = TRY(binder.FindColumn(value.column_ref()));
    out.columns.push_back(input.columns[index]);
    out.columns.back().name = name;
    out.expressions.push_back(ColumnExpr(input, index));
    return {};
  }
  Expr expr = TRY(binder.Bind(value));
  out.columns.push_back({name, expr.type, expr.nullable, expr.range, {}, false});
  out.expressions.push_back(std::move(expr));
  return {};
}

Outcome<std::shared_ptr<const Relation>> BindPlainSelect(const pg_query::SelectStmt& select,
                                                         const Scope& scope, const Ctes& ctes,
                                                         BindContext& context, int position) {
  TRY(CheckPlain(select, position));
  const NamedRelation from = TRY(BindFrom(select, scope, ctes, context));
  auto project = Above(from.relation, Relation::Kind::kProject);
  RowBinder binder(from, context);
  for (const Node& target : select.target_list()) TRY(AddTarget(target.res_target(), binder, *project));
  for (std::size_t i = 0; i < project->columns.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (project->columns[i].name == project->columns[j].name) {
        return Refuse("ambiguous_column",
                      fmt::format("two columns of the subquery are called {}", project->columns[i].name),
                      "name one with AS", "42702", position);
      }
    }
  }
  return std::shared_ptr<const Relation>(std::move(project));
}

// A table or subquery of a FROM.
Outcome<NamedRelation> BindTable(const Node& item, const Scope& scope, const Ctes& ctes,
                                 BindContext& context) {
  if (item.has_range_var()) return BindRangeVar(item.range_var(), scope, ctes);
  const pg_query::RangeSubselect& subselect = item.range_subselect();
  return Named(TRY(BindPlainSelect(subselect.subquery().select_stmt(), scope, ctes, context, 0)),
               subselect.alias().aliasname());
}

Outcome<void> BindCtes(const pg_query::WithClause& with, const Scope& scope, Ctes& ctes,
                       BindContext& context) {
  for (const Node& item : with.ctes()) {
    const pg_query::CommonTableExpr& cte = item.common_table_expr();
    if (!cte.ctequery().has_select_stmt())
      return Refuse("not_supported", "only SELECT may stand in WITH", "write SELECT", "0A000",
                    cte.location());
    ctes[cte.ctename()] =
        TRY(BindPlainSelect(cte.ctequery().select_stmt(), scope, ctes, context, cte.location()));
  }
  return {};
}

}  // namespace

bool IsAggregateName(const std::string& name) {
  for (const char* known : {"count",
                            "sum",
                            "avg",
                            "min",
                            "max",
                            "stddev",
                            "stddev_pop",
                            "stddev_samp",
                            "variance",
                            "var_pop",
                            "var_samp",
                            "corr",
                            "covar_pop",
                            "covar_samp",
                            "string_agg",
                            "array_agg",
                            "json_agg",
                            "jsonb_agg",
                            "bool_and",
                            "bool_or",
                            "every",
                            "mode",
                            "percentile_cont",
                            "percentile_disc",
                            "bit_and",
                            "bit_or",
                            "regr_slope",
                            "regr_intercept",
                            "regr_r2"}) {
    if (name == known) return true;
  }
  return false;
}

bool HasAggregate(const google::protobuf::Message& message) {
  if (message.GetDescriptor() == pg_query::FuncCall::descriptor()) {
    if (IsAggregateName(LastName(static_cast<const pg_query::FuncCall&>(message).funcname()))) return true;
  }
  return AnyBelow(message, HasAggregate);
}

std::string OutputName(const Node& node) {
  switch (node.node_case()) {
    case Node::kColumnRef:
      return LastName(node.column_ref().fields());
    case Node::kFuncCall:
      return LastName(node.func_call().funcname());
    case Node::kTypeCast: {
      const std::string inner = OutputName(node.type_cast().arg());
      return inner == "?column?" ? LastName(node.type_cast().type_name().names()) : inner;
    }
    case Node::kCoalesceExpr:
      return "coalesce";
    case Node::kMinMaxExpr:
      return node.min_max_expr().op() == pg_query::IS_LEAST ? "least" : "greatest";
    case Node::kAExpr:
      return node.a_expr().kind() == pg_query::AEXPR_NULLIF ? "nullif" : "?column?";
    case Node::kCaseExpr: {
      const std::string inner =
          node.case_expr().has_defresult() ? OutputName(node.case_expr().defresult()) : "?column?";
      return inner == "?column?" ? "case" : inner;
    }
    default:
      return "?column?";
  }
}

Expr ColumnExpr(const Relation& relation, std::size_t index) {
  const RelationColumn& column = relation.columns[index];
  Expr expr;
  expr.op = Op::kColumn;
  expr.type = column.type;
  expr.nullable = column.nullable;
  expr.range = column.range;
  expr.index = static_cast<int>(index);
  return expr;
}

NamedRelation Named(std::shared_ptr<const Relation> relation, const std::string& alias) {
  const std::size_t count = relation->columns.size();
  return {std::move(relation), {{alias, 0, count}}, {}};
}

// Null for a reference that names none.
Outcome<const NamedTable*> RowBinder::FindTable(const pg_query::ColumnRef& ref) const {
  const int parts = ref.fields_size();
  if (parts < 2) return nullptr;
  const std::string& name = ref.fields(parts - 2).string().sval();
  for (const NamedTable& table : from_.tables) {
    if (table.alias == name) return &table;
  }
  const std::string column = ref.fields(parts - 1).has_a_star() ? "*" : LastName(ref.fields());
  return Refuse("unknown_table", fmt::format("there is no table {} in this FROM", name),
                fmt::format("write {}.{}", from_.tables.front().alias, column), "42P01", ref.location());
}

Outcome<std::vector<std::size_t>> RowBinder::FindColumns(const pg_query::ColumnRef& star) const {
  const NamedTable* table = TRY(FindTable(star));
  std::vector<std::size_t> found;
  const std::size_t first = table == nullptr ? 0 : table->first;
  const std::size_t end = table == nullptr ? relation().columns.size() : first + table->count;
  for (std::size_t i = first; i < end; ++i) {
    if (table != nullptr || !from_.merged.contains(i)) found.push_back(i);
  }
  return found;
}

Outcome<std::size_t> RowBinder::FindColumn(const pg_query::ColumnRef& ref) const {
  const int parts = ref.fields_size();
  if (ref.fields(parts - 1).has_a_star()) {
    return Refuse("row_level_output", "every output column must be an aggregate or a declared group",
                  "try SELECT count(*) FROM the table, or GROUP BY a column that has a domain", "0A000",
                  ref.location());
  }
  const std::string name = LastName(ref.fields());
  const NamedTable* table = TRY(FindTable(ref));
  std::vector<std::string> names;
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < relation().columns.size(); ++i) {
    if (table != nullptr ? i < table->first || i >= table->first + table->count : from_.merged.contains(i))
      continue;
    names.push_back(relation().columns[i].name);
    if (names.back() != name) continue;
    if (found) {
      return Refuse("ambiguous_column", fmt::format("two tables of this FROM have a column {}", name),
                    fmt::format("say whose: {}.{}", TableOf(from_, *found).alias, name), "42702",
                    ref.location());
    }
    found = i;
  }
  if (found) return *found;
  return Refuse("unknown_column", fmt::format("there is no column {}", name),
                DidYouMean(name, names, "\\d TABLE lists the columns"), "42703", ref.location());
}

Outcome<std::optional<Expr>> RowBinder::BindSpecial(const Node& node) {
  if (node.has_column_ref()) {
    const std::size_t index = TRY(FindColumn(node.column_ref()));
    if (relation().columns[index].unit) {
      return Refuse("unit_exposed",
                    fmt::format("{} is the privacy unit: it names people", relation().columns[index].name),
                    fmt::format("count people with count(DISTINCT {})", relation().columns[index].name),
                    "0A000", node.column_ref().location());
    }
    return ColumnExpr(relation(), index);
  }
  if (node.has_func_call() && IsAggregateName(LastName(node.func_call().funcname()))) {
    return Refuse("misplaced_aggregate", "an aggregate cannot stand here",
                  "put it into the SELECT list or HAVING, and not inside another", "42803",
                  node.func_call().location());
  }
  return std::nullopt;
}

Outcome<NamedRelation> BindFrom(const pg_query::SelectStmt& select, const Scope& scope, Ctes ctes,
                                BindContext& context) {
  if (select.has_with_clause()) TRY(BindCtes(select.with_clause(), scope, ctes, context));
  if (select.from_clause_size() == 0)
    return Refuse("no_table", "there is no table in this question", "add FROM and a table; \\d lists them",
                  "0A000");
  const auto table = [&](const Node& item) { return BindTable(item, scope, ctes, context); };
  NamedRelation from = TRY(BindItem(select.from_clause(0), table));
  for (int i = 1; i < select.from_clause_size(); ++i) {
    NamedRelation next = TRY(BindItem(select.from_clause(i), table));
    from = TRY(JoinWhere(std::move(from), std::move(next), select, PositionOf(select.from_clause(i))));
  }
  if (!select.has_where_clause()) return from;
  auto filter = Above(from.relation, Relation::Kind::kFilter);
  filter->columns = from.relation->columns;
  RowBinder binder(from, context);
  filter->predicate = TRY(binder.BindAs(select.where_clause(), Type::kBoolean, "what follows WHERE"));
  from.relation = std::move(filter);
  return from;
}

}  // namespace concordat::sql
