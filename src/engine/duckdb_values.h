// Values and errors out of DuckDB's C interface, and values into it.
#pragma once

#include <duckdb.h>

#include "base/result.h"
#include "engine/engine.h"

namespace concordat::engine {

// What the engine said, as an error: kResourceExhausted for want of memory, else kInternal.
tl::unexpected<Error> EngineError(const char* said);

Result<void> BindValue(duckdb_prepared_statement statement, std::uint64_t parameter, const Value& value);
// Hands the rows of a streaming result to `sink`. Errors: kInternal for a type that values do not have; the
// engine's; the sink's.
Result<void> ReadResult(duckdb_result& result, const Sink& sink);

}  // namespace concordat::engine
