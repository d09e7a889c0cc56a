#include "pgcatalog/testing_confined.h"

#include <set>

#include "pgcatalog/functions.h"
#include "pgcatalog/tree.h"
#include "sql/tree.h"

namespace concordat::pgcatalog {
namespace {

using google::protobuf::Message;

template <class Visit>
void Walk(const Message& message, const Visit& visit) {
  visit(message);
  sql::AnyBelow(message, [&](const Message& below) {
    Walk(below, visit);
    return false;
  });
}

bool IsOurs(const std::string& function) {
  static const std::set<std::string> made_by_rewriting = {"regexp_matches", "like_escape", "ilike_escape",
                                                          "concat"};
  return function.starts_with("f_") || made_by_rewriting.contains(function) || IsTarget(function);
}

}  // namespace

std::string Unconfined(const std::string& sql) {
  const auto tree = sql::ParseTree(sql);
  if (!tree) return "no SQL: " + tree.error().message;
  if (tree->stmts_size() != 1 || !tree->stmts(0).stmt().has_select_stmt()) return "not one SELECT";
  std::set<std::string> ctes;
  Walk(*tree, [&](const Message& message) {
    if (const auto* cte = dynamic_cast<const pg_query::CommonTableExpr*>(&message))
      ctes.insert(cte->ctename());
  });
  std::string found;
  Walk(*tree, [&](const Message& message) {
    if (const auto* table = dynamic_cast<const pg_query::RangeVar*>(&message)) {
      const bool metadata = table->schemaname() == "cat" || table->schemaname() == "info" ||
                            table->schemaname() == "conc" || table->schemaname() == "granted";
      const bool cte = table->schemaname().empty() && ctes.contains(table->relname());
      if (!metadata && !cte) found += "table " + table->schemaname() + "." + table->relname() + "; ";
      if (!table->catalogname().empty()) found += "database " + table->catalogname() + "; ";
    }
    if (const auto* call = dynamic_cast<const pg_query::FuncCall*>(&message)) {
      if (call->funcname_size() != 1 || !IsOurs(LastName(call->funcname()))) {
        found += "function " + LastName(call->funcname()) + "; ";
      }
    }
    if (dynamic_cast<const pg_query::IntoClause*>(&message) != nullptr) found += "INTO; ";
  });
  return found;
}

}  // namespace concordat::pgcatalog
