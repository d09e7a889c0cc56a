#include "pgcatalog/views.h"

#include <vector>

namespace concordat::pgcatalog {
namespace {

struct Expression {
  const char* column;
  const char* sql;
};

struct Definition {
  const char* schema;
  const char* name;
  std::vector<Expression> columns;  // those not named are NULL
  const char* from;
};

constexpr const char* relations_from =
    "cat.pg_class c JOIN cat.pg_namespace n ON n.oid = c.relnamespace, cat.self s WHERE c.relkind IN ('r', "
    "'v')";
constexpr const char* grants_from =
    "cat.pg_class c JOIN cat.pg_namespace n ON n.oid = c.relnamespace, cat.self s "
    "WHERE c.relkind IN ('r', 'v') AND c.relacl IS NOT NULL";
constexpr const char* columns_from =
    "cat.pg_attribute a JOIN cat.pg_class c ON c.oid = a.attrelid JOIN cat.pg_namespace n ON n.oid = "
    "c.relnamespace "
    "JOIN cat.pg_type t ON t.oid = a.atttypid JOIN cat.displays d ON d.oid = a.atttypid, cat.self s "
    "WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v')";

std::vector<Definition> RoleViews() {
  const std::vector<Expression> roles = {{"rolname", "a.rolname"},
                                         {"rolsuper", "a.rolsuper"},
                                         {"rolinherit", "a.rolinherit"},
                                         {"rolcreaterole", "a.rolcreaterole"},
                                         {"rolcreatedb", "a.rolcreatedb"},
                                         {"rolcanlogin", "a.rolcanlogin"},
                                         {"rolreplication", "a.rolreplication"},
                                         {"rolconnlimit", "a.rolconnlimit"},
                                         {"rolpassword", "'********'"},
                                         {"rolbypassrls", "a.rolbypassrls"},
                                         {"oid", "a.oid"}};
  const std::vector<Expression> users = {
      {"usename", "a.rolname"}, {"usesysid", "a.oid"},     {"usecreatedb", "false"}, {"usesuper", "false"},
      {"userepl", "false"},     {"usebypassrls", "false"}, {"passwd", "'********'"}};
  return {{"pg_catalog", "pg_roles", roles, "cat.pg_authid a"},
          {"pg_catalog", "pg_user", users, "cat.pg_authid a WHERE a.rolcanlogin"},
          {"information_schema", "enabled_roles", {{"role_name", "s.analyst"}}, "cat.self s"},
          {"information_schema",
           "information_schema_catalog_name",
           {{"catalog_name", "s.database"}},
           "cat.self s"}};
}

std::vector<Definition> TableViews() {
  return {
      {"pg_catalog",
       "pg_tables",
       {{"schemaname", "n.nspname"},
        {"tablename", "c.relname"},
        {"tableowner", "'concordat'"},
        {"hasindexes", "false"},
        {"hasrules", "false"},
        {"hastriggers", "false"},
        {"rowsecurity", "false"}},
       "cat.pg_class c JOIN cat.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"},
      {"pg_catalog",
       "pg_views",
       {{"schemaname", "n.nspname"}, {"viewname", "c.relname"}, {"viewowner", "'concordat'"}},
       "cat.pg_class c JOIN cat.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v'"},
      {"information_schema",
       "schemata",
       {{"catalog_name", "s.database"}, {"schema_name", "n.nspname"}, {"schema_owner", "'concordat'"}},
       "cat.pg_namespace n, cat.self s"},
      {"information_schema",
       "tables",
       {{"table_catalog", "s.database"},
        {"table_schema", "n.nspname"},
        {"table_name", "c.relname"},
        {"table_type", "CASE c.relkind WHEN 'r' THEN 'BASE TABLE' ELSE 'VIEW' END"},
        {"is_insertable_into", "'NO'"},
        {"is_typed", "'NO'"}},
       relations_from},
      {"information_schema",
       "views",
       {{"table_catalog", "s.database"},
        {"table_schema", "n.nspname"},
        {"table_name", "c.relname"},
        {"check_option", "'NONE'"},
        {"is_updatable", "'NO'"},
        {"is_insertable_into", "'NO'"},
        {"is_trigger_updatable", "'NO'"},
        {"is_trigger_deletable", "'NO'"},
        {"is_trigger_insertable_into", "'NO'"}},
       "cat.pg_class c JOIN cat.pg_namespace n ON n.oid = c.relnamespace, cat.self s WHERE c.relkind = 'v'"},
  };
}

std::vector<Definition> GrantViews() {
  const std::vector<Expression> grants = {{"grantor", "'concordat'"},      {"grantee", "s.analyst"},
                                          {"table_catalog", "s.database"}, {"table_schema", "n.nspname"},
                                          {"table_name", "c.relname"},     {"privilege_type", "'SELECT'"},
                                          {"is_grantable", "'NO'"},        {"with_hierarchy", "'NO'"}};
  return {{"information_schema", "table_privileges", grants, grants_from},
          {"information_schema", "role_table_grants", grants, grants_from}};
}

std::vector<Definition> ColumnViews() {
  return {{"information_schema",
           "columns",
           {{"table_catalog", "s.database"},
            {"table_schema", "n.nspname"},
            {"table_name", "c.relname"},
            {"column_name", "a.attname"},
            {"ordinal_position", "a.attnum"},
            {"is_nullable", "CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END"},
            {"data_type", "CASE WHEN t.typcategory = 'A' THEN 'ARRAY' ELSE d.display END"},
            {"character_octet_length", "CASE WHEN a.atttypid IN (25, 1042, 1043) THEN 1073741824 END"},
            {"numeric_precision",
             "CASE a.atttypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN "
             "53 END"},
            {"numeric_precision_radix", "CASE WHEN a.atttypid IN (21, 23, 20, 700, 701) THEN 2 END"},
            {"numeric_scale", "CASE WHEN a.atttypid IN (21, 23, 20) THEN 0 END"},
            {"datetime_precision", "CASE a.atttypid WHEN 1082 THEN 0 WHEN 1114 THEN 6 WHEN 1184 THEN 6 END"},
            {"udt_catalog", "s.database"},
            {"udt_schema", "'pg_catalog'"},
            {"udt_name", "t.typname"},
            {"dtd_identifier", "a.attnum"},
            {"is_self_referencing", "'NO'"},
            {"is_identity", "'NO'"},
            {"identity_cycle", "'NO'"},
            {"is_generated", "'NEVER'"},
            {"is_updatable", "'NO'"}},
           columns_from}};
}

const Definition* Find(const Relation& relation) {
  static const auto* const definitions = [] {
    auto* made = new std::vector<Definition>;
    for (const auto& group : {RoleViews(), TableViews(), GrantViews(), ColumnViews()}) {
      made->insert(made->end(), group.begin(), group.end());
    }
    return made;
  }();
  for (const Definition& definition : *definitions) {
    if (relation.schema == definition.schema && relation.name == definition.name) return &definition;
  }
  return nullptr;
}

}  // namespace

std::string CreateRelation(const Relation& relation) {
  const std::string place = std::string(CarrierSchema(relation.schema)) + ".\"" + relation.name + "\"";
  const Definition* definition = Find(relation);
  std::string columns;
  for (const RelationColumn& column : relation.columns) {
    if (!columns.empty()) columns += ", ";
    const std::string carrier = CarrierOf(column.type);
    if (definition == nullptr) {
      columns += "\"" + column.name + "\" " + carrier;
      continue;
    }
    std::string sql = "NULL";
    for (const Expression& expression : definition->columns) {
      if (column.name == expression.column) sql = expression.sql;
    }
    columns += "CAST(" + sql + " AS " + carrier + ") AS \"" + column.name + "\"";
  }
  if (definition == nullptr) return "CREATE TABLE " + place + " (" + columns + ");\n";
  return "CREATE VIEW " + place + " AS SELECT " + columns + " FROM " + definition->from + ";\n";
}

}  // namespace concordat::pgcatalog
