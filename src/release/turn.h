// The turns that engines give: so many questions are computed side by side, and more wait, uncharged.
#pragma once

#include <semaphore>
#include <utility>

#include "base/clock.h"
#include "base/refusal.h"
#include "engine/engine.h"

namespace concordat::release {

inline constexpr Milliseconds kGlance{20};  // how often a waiting question looks whether it was cancelled

// One of the turns that engines give; given back when it ends.
class Turn {
 public:
  static Outcome<Turn> Wait(std::counting_semaphore<>& turns, const engine::Cancel& cancel) {
    while (!turns.try_acquire_for(kGlance)) {
      if (cancel.requested())
        return Refuse("cancelled", "cancelled before its turn came", "nothing was charged", "57014");
    }
    return Turn(turns);
  }
  Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (turns_ != nullptr) turns_->release();
  }

 private:
  explicit Turn(std::counting_semaphore<>& turns) : turns_(&turns) {}
  std::counting_semaphore<>* turns_;
};

}  // namespace concordat::release
