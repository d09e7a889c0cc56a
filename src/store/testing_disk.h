// A disk that fails when told to: SQLite's own file layer with faults put in before it. For tests alone.
#pragma once

#include <atomic>
#include <cstdint>

namespace concordat::store {

// While one exists, connections opened go through it. One at a time. Threading: any thread.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  static constexpr std::int64_t kNever = INT64_MAX;
  // So many more writes or syncs succeed; every one after that fails.
  std::atomic<std::int64_t> writes_left{kNever};
  std::atomic<std::int64_t> syncs_left{kNever};
  std::atomic<std::int64_t> syncs{0};  // that were asked for
};

}  // namespace concordat::store
