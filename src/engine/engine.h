// An engine runs SQL that the product generated, over a product's own rows, and returns values.
//
// The interface is small so that PostgreSQL and Trino fit behind it later. Engines never draw noise and never
// see text that an analyst wrote, except literals bound as parameters.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/value.h"

namespace concordat::engine {

struct Limits {
  Milliseconds time{60'000};
  std::uint64_t rows = 1'000'000;  // more rows than this in a result is an error
};

// Set from any thread; a running query notices within milliseconds and ends with kCancelled.
class Cancel {
 public:
  void Request() { requested_.store(true); }
  bool requested() const { return requested_.load(); }

 private:
  std::atomic<bool> requested_{false};
};

struct ResultSet {
  std::vector<std::string> names;
  std::vector<Row> rows;
};

// Threading: Run may be called from several threads at once.
class Engine {
 public:
  virtual ~Engine() = default;
  // Runs one statement with `parameters` bound to $1, $2, …
  // Errors: kTimeout, kCancelled, kResourceExhausted (memory, rows), kInternal (anything the engine says).
  // The message may hold values of rows: it is for the operator's eyes, never for an analyst nor for a log
  // that analysts read.
  virtual Result<ResultSet> Run(const std::string& sql, const Row& parameters, const Limits& limits,
                                const Cancel* cancel) = 0;
};

}  // namespace concordat::engine
