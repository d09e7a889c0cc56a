// Values and errors out of DuckDB's C interface, and values into it.
#pragma once

#include <duckdb.h>

#include "base/result.h"
#include "engine/engine.h"

namespace concordat::engine {

// What the engine said, as an error: kResourceExhausted for want of memory, else kInternal.
tl::unexpected<Error> EngineError(const char* said);

Result<void> BindValue(duckdb_prepared_statement statement, std::uint64_t parameter, const Value& value);
// Fetches the rows of a streaming result. Errors: kResourceExhausted past `limit` rows; kInternal for a type
// that values do not have; the engine's.
Result<ResultSet> ReadResult(duckdb_result& result, std::uint64_t limit);

}  // namespace concordat::engine
