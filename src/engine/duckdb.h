// DuckDB embedded: the default engine, locked down to the files it is given.
//
// No extension is installed or loaded, no file but the sources' is read, none written but what spills,
// nothing is reached over the network, and once opened no setting changes (SET lock_configuration). One
// SELECT a call. An engine each product keeps products apart and makes a new one readable while others run:
// opening takes some 10 ms, idling some 5 MB.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/source.h"

namespace concordat::engine {

struct DuckdbOptions {
  std::vector<Source> sources;  // what may be read; all of Format::kDuckdb in one file, opened read-only
  std::uint64_t memory_mb = 1024;
  std::uint32_t threads = 0;  // 0: as many as there are cores
  // Where intermediate rows go that memory does not hold; they are rows of people and the engine may read
  // what lies there, so it is a folder of this engine's own that nobody else may read. Empty: a statement
  // that needs more memory fails.
  std::string spill_folder = {};
};

// Errors: kNotFound, kInvalidArgument (two database files), kInternal.
Result<std::unique_ptr<Engine>> OpenDuckdb(const DuckdbOptions& options);

}  // namespace concordat::engine
