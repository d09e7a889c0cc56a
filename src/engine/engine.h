// An engine runs SQL that the product generated, over a product's own rows, and returns values.
//
// The interface is small so that PostgreSQL and Trino fit behind it later. Engines never draw noise and never
// see text that an analyst wrote, except literals bound as parameters.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/value.h"

namespace concordat::engine {

struct Limits {
  Milliseconds time{60'000};
  std::uint64_t rows = 1'000'000;  // more rows than this in a result that is held whole is an error
};

// Set from any thread; a running query notices within milliseconds and ends with kCancelled.
class Cancel {
 public:
  Cancel() = default;
  // Requested as well when `also` is, which outlives it.
  explicit Cancel(const Cancel* also) : also_(also) {}
  void Request() { requested_.store(true); }
  bool requested() const { return requested_.load() || (also_ != nullptr && also_->requested()); }

 private:
  std::atomic<bool> requested_{false};
  const Cancel* also_ = nullptr;
};

struct ResultSet {
  std::vector<std::string> names;
  std::vector<Row> rows;
};

// Takes a result batch by batch, in the engine's order; at least once, so that the names are told. An error
// ends the statement.
using Sink = std::function<Result<void>(ResultSet& batch)>;

// Threading: Stream and Run may be called from several threads at once.
class Engine {
 public:
  virtual ~Engine() = default;
  // Runs one statement with `parameters` bound to $1, $2, …; `sink` is called in the caller's thread. A
  // statement may fail after batches of it were taken.
  // Errors: kTimeout, kCancelled, kResourceExhausted (memory), kInternal (anything the engine says), the
  // sink's. The message may hold values of rows: it is for the operator's eyes, never for an analyst nor for
  // a log that analysts read.
  virtual Result<void> Stream(const std::string& sql, const Row& parameters, Milliseconds time,
                              const Cancel* cancel, const Sink& sink) = 0;
  // The result whole. Errors: kResourceExhausted also past `limits.rows`.
  Result<ResultSet> Run(const std::string& sql, const Row& parameters, const Limits& limits,
                        const Cancel* cancel);
};

}  // namespace concordat::engine
