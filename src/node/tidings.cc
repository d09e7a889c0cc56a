#include "node/tidings.h"

#include <utility>

namespace concordat::node {

void Tidings::Hear(const std::string& text) {
  const std::lock_guard lock(mutex_);
  newest_ = text;
  if (!seconds_) seconds_.emplace(every_, [this] { Tell(); });
}

void Tidings::Tell() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(begun_, true)) return;  // rounds begin at once, and nothing is told at once
    text = std::exchange(newest_, {});
  }
  if (!text.empty()) tell_(text);
}

}  // namespace concordat::node
