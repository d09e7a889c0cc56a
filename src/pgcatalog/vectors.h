// From DuckDB's vectors to values and types. Used by duck.cc alone.
#pragma once

#include <duckdb.h>

#include <optional>

#include "pgcatalog/types.h"

namespace concordat::pgcatalog {

// The PostgreSQL type nearest to a DuckDB type; none where the type has no place in an answer (structs,
// maps).
std::optional<Oid> NearestType(duckdb_logical_type type);

// One cell. Lists become PostgreSQL's array text; decimals and huge integers their digits.
Value Cell(duckdb_vector vector, duckdb_logical_type type, idx_t row);

}  // namespace concordat::pgcatalog
