#include "peer/sparse.h"

#include <fmt/format.h>

namespace concordat::peer {

void SparseLog::Say(const std::string& line) {
  constexpr Milliseconds kApart{1000};
  const std::lock_guard lock(mutex_);
  const Milliseconds now = clock_.Elapsed();
  if (said_ && now - last_ < kApart) {
    ++left_out_;
    return;
  }
  sink_(left_out_ == 0 ? line : fmt::format("{} ({} more lines were left out)", line, left_out_));
  said_ = true;
  last_ = now;
  left_out_ = 0;
}

}  // namespace concordat::peer
