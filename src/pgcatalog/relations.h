// The relations of pg_catalog and information_schema that exist here, and the shape PostgreSQL 15 gives each.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcatalog/types.h"

namespace concordat::pgcatalog {

// Relations as text, one after another: "name oid kind: column type, column type, …"; a line that begins with
// a blank continues. Kind is r or v.
extern const char* const catalogue_tables;
extern const char* const catalogue_views;
extern const char* const information_views;

struct RelationColumn {
  std::string name;
  Oid type = oid::kText;
};

struct Relation {
  std::string schema;  // pg_catalog, information_schema
  std::string name;
  Oid oid = 0;
  char kind = 'r';
  std::vector<RelationColumn> columns;
};

// In the order of the texts. Built once.
const std::vector<Relation>& Relations();
const Relation* FindRelation(std::string_view schema, std::string_view name);

// Where a relation lives in DuckDB: pg_catalog.pg_class is cat.pg_class.
std::string_view CarrierSchema(std::string_view schema);

}  // namespace concordat::pgcatalog
