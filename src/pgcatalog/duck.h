// An in-memory DuckDB that holds metadata alone: the only file here that calls the library.
//
// It is opened without access to files, network or extensions, and its settings are locked before the first
// question.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/value.h"
#include "engine/engine.h"
#include "pgcatalog/types.h"

namespace concordat::pgcatalog {

struct Reply {
  std::vector<std::string> names;
  std::vector<Oid> types;  // the PostgreSQL type nearest to what DuckDB computed
  std::vector<Row> rows;   // arrays in PostgreSQL's text form
};

struct RunLimits {
  Milliseconds time{2'000};
  std::size_t rows = 100'000;
  const engine::Cancel* cancel = nullptr;
};

// Threading: one call at a time; the caller holds the lock.
class Duck {
 public:
  // Errors: kInternal, with DuckDB's own text.
  static Result<std::unique_ptr<Duck>> Open(int memory_mb);
  virtual ~Duck() = default;

  virtual Result<void> Execute(const std::string& statements) = 0;
  // Arrays are given as DuckDB's text form: "[a, b]".
  virtual Result<void> Append(const std::string& schema, const std::string& table,
                              const std::vector<Row>& rows) = 0;
  // No configuration can change after this.
  virtual Result<void> Lock() = 0;

  virtual Result<Reply> Describe(const std::string& sql) = 0;
  // Errors: kTimeout; kCancelled; kResourceExhausted (memory, rows); kInvalidArgument with DuckDB's text.
  virtual Result<Reply> Run(const std::string& sql, const RunLimits& limits) = 0;
};

}  // namespace concordat::pgcatalog
