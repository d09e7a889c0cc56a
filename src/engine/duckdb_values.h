// Values in and out of DuckDB's C interface.
#pragma once

#include <duckdb.h>

#include "base/result.h"
#include "engine/engine.h"

namespace concordat::engine {

Result<void> BindValue(duckdb_prepared_statement statement, std::uint64_t parameter, const Value& value);
// Errors: kResourceExhausted past `limit` rows; kInternal for a type that values do not have.
Result<ResultSet> ReadResult(duckdb_result& result, std::uint64_t limit);

}  // namespace concordat::engine
