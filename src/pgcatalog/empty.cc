#include "pgcatalog/empty.h"

#include <algorithm>

#include "pgcatalog/tree.h"

namespace concordat::pgcatalog {
namespace {

using pg_query::Node;

bool IsInteger(const Node& node) {
  return node.has_a_const() && node.a_const().val_case() == pg_query::A_Const::kIval;
}

// FALSE, 0 = 1, or those AND anything.
bool IsFalse(const Node& node) {
  if (node.has_a_const()) {
    return node.a_const().val_case() == pg_query::A_Const::kBoolval && !node.a_const().boolval().boolval();
  }
  if (node.has_bool_expr()) {
    const auto& args = node.bool_expr().args();
    return node.bool_expr().boolop() == pg_query::AND_EXPR && std::any_of(args.begin(), args.end(), IsFalse);
  }
  if (!node.has_a_expr() || node.a_expr().kind() != pg_query::AEXPR_OP) return false;
  const auto& comparison = node.a_expr();
  return LastName(comparison.name()) == "=" && IsInteger(comparison.lexpr()) &&
         IsInteger(comparison.rexpr()) &&
         comparison.lexpr().a_const().ival().ival() != comparison.rexpr().a_const().ival().ival();
}

}  // namespace

bool HasNoRows(const pg_query::SelectStmt& select) {
  if (IsInteger(select.limit_count()) && select.limit_count().a_const().ival().ival() == 0) return true;
  // An aggregate would have a row all the same.
  const auto& targets = select.target_list();
  return !targets.empty() && select.group_clause().empty() && IsFalse(select.where_clause()) &&
         std::all_of(targets.begin(), targets.end(),
                     [](const Node& node) { return node.res_target().val().has_column_ref(); });
}

}  // namespace concordat::pgcatalog
