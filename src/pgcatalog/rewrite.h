// From a client's catalogue question to one for DuckDB: names, casts, operators and functions of PostgreSQL
// become the carrier's. Whatever is not on the lists here and in functions.cc and relations.cc is refused.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pgcatalog/pgcatalog.h"
#include "pgcatalog/relations.h"

namespace concordat::pgcatalog {

struct Rewritten {
  std::string sql;
  std::vector<Column> columns;  // as PostgreSQL would name and type them; type 0 where only DuckDB knows
  std::vector<Oid> parameters;  // 0 where nothing tells
  std::set<std::string> reads;  // qualified names: "concordat.budget", "pg_catalog.pg_settings"
  std::vector<std::pair<std::string, std::size_t>>
      set_config;  // setting, output column that holds its new value
};

// Nothing (no SQL) for a text without a statement. Parameters become constants: `values`, or NULL where there
// are none.
Outcome<Rewritten> Rewrite(const Database& database, const std::string& text, const Row* values);

}  // namespace concordat::pgcatalog
