// The rest of a fit's statement, over the table that was fitted.
#include <pg_query.pb.h>

#include "sql/bind_over.h"
#include "sql/fit.h"

namespace concordat::sql {
namespace {

using pg_query::Node;
using pg_query::SelectStmt;

NamedRelation TableOf(const FitQuestion& question, const std::vector<FittedColumn>& columns) {
  auto product = std::make_shared<catalogue::Product>();
  product->is_public = true;  // what was fitted is released already
  auto scan = std::make_shared<Relation>();
  for (const FittedColumn& column : columns)
    scan->columns.push_back({.name = column.name, .type = column.type});
  scan->product = std::move(product);
  return Named(std::move(scan), question.alias);
}

bool IsStar(const Node& target) {
  const Node& value = target.res_target().val();
  return value.has_column_ref() &&
         value.column_ref().fields(value.column_ref().fields_size() - 1).has_a_star();
}

// \d does not know what a fit has.
Refusal WithColumns(Refusal refusal, const std::vector<FittedColumn>& columns) {
  if (refusal.reason != "unknown_column" || refusal.hint.starts_with("did you mean")) return refusal;
  refusal.hint = "the fit has ";
  for (std::size_t i = 0; i < columns.size(); ++i) refusal.hint += (i > 0 ? ", " : "") + columns[i].name;
  return refusal;
}

// The SELECT list with each * written out.
Outcome<void> WriteOut(SelectStmt& select, const RowBinder& rows, const std::string& alias) {
  const SelectStmt written = select;
  select.clear_target_list();
  for (const Node& target : written.target_list()) {
    if (!IsStar(target)) {
      *select.add_target_list() = target;
      continue;
    }
    for (const std::size_t index : TRY(rows.FindColumns(target.res_target().val().column_ref()))) {
      auto& column = *select.add_target_list()->mutable_res_target()->mutable_val()->mutable_column_ref();
      column.add_fields()->mutable_string()->set_sval(alias);
      column.add_fields()->mutable_string()->set_sval(rows.relation().columns[index].name);
    }
  }
  return {};
}

tl::unexpected<Refusal> Aggregated() {
  return Refuse("fit_aggregated", "aggregates and groups of a fitted table are not supported",
                "SELECT its columns, with WHERE, ORDER BY and LIMIT; its rows are few");
}

}  // namespace

Outcome<Plan> PlanFitted(const FitQuestion& question, const std::vector<FittedColumn>& columns) {
  if (question.select->group_clause_size() > 0 || question.select->has_having_clause()) return Aggregated();
  const NamedRelation table = TableOf(question, columns);
  BindContext context;
  SelectStmt select = *question.select;
  TRY(WriteOut(select, RowBinder(table, context), question.alias));
  auto bound = BindOverColumns(select, table, context);
  if (!bound) return tl::unexpected(WithColumns(std::move(bound).error(), columns));
  auto query = std::make_shared<const Query>(*std::move(bound));
  if (!query->aggregates.empty()) return Aggregated();
  Plan plan;
  plan.query = query;
  plan.product = query->relation->product;
  plan.bounding.mode = Bounding::Mode::kPublic;
  plan.grouping.kind = Grouping::Kind::kPublic;
  return plan;
}

}  // namespace concordat::sql
