// A log that nobody outside can fill: at most one line a second, with how many were left out.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace concordat::peer {

// Threading: any.
class SparseLog {
 public:
  using Sink = std::function<void(const std::string& line)>;
  SparseLog(const Clock& clock, Sink sink) : clock_(clock), sink_(std::move(sink)) {}
  void Say(const std::string& line);

 private:
  const Clock& clock_;
  const Sink sink_;
  std::mutex mutex_;
  bool said_ = false;
  Milliseconds last_{0};
  std::uint64_t left_out_ = 0;
};

}  // namespace concordat::peer
