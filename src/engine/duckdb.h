// DuckDB embedded: the default engine, locked down to the files it is given.
//
// No extension is installed or loaded, no file but the allowed ones is read, none written, nothing is reached over the
// network, and once opened no setting changes (SET lock_configuration). One statement a call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/source.h"

namespace concordat::engine {

struct DuckdbOptions {
  std::vector<Source> sources;       // what may be read; at most one of Format::kDuckdb, opened read-only
  std::uint64_t memory_mb = 1024;
  std::uint32_t threads = 0;         // 0: as many as there are cores
};

// Errors: kNotFound, kInvalidArgument (two database files), kInternal.
Result<std::unique_ptr<Engine>> OpenDuckdb(const DuckdbOptions& options);

}  // namespace concordat::engine
