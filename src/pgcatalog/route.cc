#include <algorithm>

#include "pgcatalog/empty.h"
#include "pgcatalog/pgcatalog.h"
#include "pgcatalog/relations.h"
#include "sql/fit.h"
#include "sql/tree.h"

namespace concordat::pgcatalog {
namespace {

bool IsGranted(const Database& database, const std::string& name) {
  return std::any_of(database.tables.begin(), database.tables.end(),
                     [&](const Table& table) { return table.name == name; });
}

bool IsCatalogueTable(const Database& database, const std::string& schema, const std::string& name) {
  if (schema == "pg_catalog" || schema == "information_schema" || schema == "concordat") return true;
  if (!schema.empty()) return false;
  return !IsGranted(database, name) && FindRelation("pg_catalog", name) != nullptr;
}

}  // namespace

bool IsCatalogueQuestion(const Database& database, const std::string& text) {
  const auto tree = sql::ParseTree(text);
  if (!tree || tree->stmts_size() != 1 || !tree->stmts(0).stmt().has_select_stmt()) return false;
  if (sql::CallsMethod(*tree)) return false;
  const std::vector<pg_query::RangeVar> tables = sql::TablesOf(*tree);
  const bool empty = HasNoRows(tree->stmts(0).stmt().select_stmt());
  return std::all_of(tables.begin(), tables.end(), [&](const pg_query::RangeVar& table) {
    const std::string& schema = table.schemaname();
    if (empty && (schema.empty() || schema == "public") && IsGranted(database, table.relname())) return true;
    return IsCatalogueTable(database, table.schemaname(), table.relname());
  });
}

}  // namespace concordat::pgcatalog
