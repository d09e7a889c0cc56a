#include <set>

#include "pgcatalog/empty.h"
#include "pgcatalog/pgcatalog.h"
#include "pgcatalog/relations.h"
#include "sql/tree.h"

namespace concordat::pgcatalog {
namespace {

// Every table that a statement names, and every name that WITH gives.
void Collect(const google::protobuf::Message& message, std::vector<pg_query::RangeVar>& tables,
             std::set<std::string>& ctes) {
  if (const auto* range = dynamic_cast<const pg_query::RangeVar*>(&message)) tables.push_back(*range);
  if (const auto* cte = dynamic_cast<const pg_query::CommonTableExpr*>(&message)) ctes.insert(cte->ctename());
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      Collect(reflection->GetMessage(message, field), tables, ctes);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      Collect(reflection->GetRepeatedMessage(message, field, i), tables, ctes);
    }
  }
}

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
  std::vector<pg_query::RangeVar> tables;
  std::set<std::string> ctes;
  Collect(*tree, tables, ctes);
  const bool empty = HasNoRows(tree->stmts(0).stmt().select_stmt());
  return std::all_of(tables.begin(), tables.end(), [&](const pg_query::RangeVar& table) {
    const std::string& schema = table.schemaname();
    if (schema.empty() && ctes.contains(table.relname())) return true;
    if (empty && (schema.empty() || schema == "public") && IsGranted(database, table.relname())) return true;
    return IsCatalogueTable(database, table.schemaname(), table.relname());
  });
}

}  // namespace concordat::pgcatalog
