#include "sql/order.h"

#include "base/name.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

bool IsBare(const pg_query::SelectStmt& select) {
  return select.target_list_size() == 1 && select.from_clause_size() == 0 && !select.has_where_clause() &&
         select.group_clause_size() == 0 && !select.has_having_clause() && select.window_clause_size() == 0 &&
         select.values_lists_size() == 0 && select.sort_clause_size() == 0 && !select.has_limit_count() &&
         !select.has_limit_offset() && !select.has_with_clause() && select.distinct_clause_size() == 0 &&
         !select.has_into_clause() && select.locking_clause_size() == 0 &&
         select.op() == pg_query::SETOP_NONE;
}

bool IsPlain(const pg_query::FuncCall& call) {
  return IsOwn(call) && call.args_size() == 1 && call.agg_order_size() == 0 && !call.has_agg_filter() &&
         !call.has_over() && !call.agg_distinct() && !call.func_variadic();
}

}  // namespace

std::optional<Order> ReadOrder(std::string_view text) {
  if (Lower(std::string(text)).find(kOwnSchema) == std::string::npos) return std::nullopt;
  const auto tree = ParseTree(text);
  if (!tree || tree->stmts_size() != 1 || !tree->stmts(0).stmt().has_select_stmt()) return std::nullopt;
  const pg_query::SelectStmt& select = tree->stmts(0).stmt().select_stmt();
  if (!IsBare(select) || !select.target_list(0).has_res_target()) return std::nullopt;
  const pg_query::ResTarget& target = select.target_list(0).res_target();
  if (!target.val().has_func_call() || !IsPlain(target.val().func_call())) return std::nullopt;
  const pg_query::FuncCall& call = target.val().func_call();
  Order order{.name = call.funcname(1).string().sval(), .column = target.name(), .argument = {}};
  if (order.column.empty()) order.column = order.name;
  const pg_query::Node& argument = call.args(0);
  if (argument.has_param_ref() && argument.param_ref().number() == 1) return order;
  if (!argument.has_a_const() || !argument.a_const().has_sval()) return std::nullopt;
  order.argument = argument.a_const().sval().sval();
  return order;
}

}  // namespace concordat::sql
