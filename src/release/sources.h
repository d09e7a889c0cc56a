// The engines behind products: each product's rows are read by an engine of its own, shut to everything else
// but the public files that they are joined with.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalogue/catalogue.h"
#include "engine/duckdb.h"

namespace concordat::release {

struct EngineSettings {
  std::uint64_t memory_mb = 1024;
  std::uint32_t threads = 0;
};

// Keeps the engines of the products that were asked of last. Threading: any thread.
class Sources {
 public:
  // An engine without any source, for statements over released values.
  static Result<std::unique_ptr<Sources>> Open(const EngineSettings& settings);

  // The engine that reads this revision of a product, and of public ones that it is joined with, opened if
  // need be. Errors: kFailedPrecondition when the files are not those that were published; the engine's.
  Result<std::shared_ptr<engine::Engine>> For(const catalogue::Published& published,
                                              const std::vector<catalogue::PublishedPtr>& joined = {});
  engine::Engine& released() { return *released_; }

 private:
  struct Opened {
    std::string revision;  // "lewisham/adult@1.2", then what it is joined with
    std::shared_ptr<engine::Engine> engine;
  };

  Sources(const EngineSettings& settings, std::unique_ptr<engine::Engine> released)
      : settings_(settings), released_(std::move(released)) {}

  EngineSettings settings_;
  std::unique_ptr<engine::Engine> released_;
  std::mutex mutex_;
  std::list<Opened> opened_;  // the most recently used first
};

}  // namespace concordat::release
