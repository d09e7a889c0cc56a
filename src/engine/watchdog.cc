#include "engine/watchdog.h"

namespace concordat::engine {
namespace {

constexpr Milliseconds kTick{2};  // between looks at the clock and at the cancel flags, while anything runs

}  // namespace

Watchdog::Watchdog() : thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (watched_.empty()) {
      changed_.wait(lock, [this] { return stopping_ || !watched_.empty(); });
    } else {
      changed_.wait_for(lock, kTick, [this] { return stopping_; });
      LookAround();
    }
  }
}

void Watchdog::LookAround() {
  for (Watch* watch : watched_) {
    if (!watch->ended_ && watch->cancel_ != nullptr && watch->cancel_->requested())
      watch->ended_ = ErrorCode::kCancelled;
    if (!watch->ended_ && clock_.Elapsed() >= watch->until_) watch->ended_ = ErrorCode::kTimeout;
    // Again at every tick: a statement that was still being prepared forgets an interrupt when it starts.
    if (watch->ended_) duckdb_interrupt(watch->connection_);
  }
}

Watchdog::Watch::Watch(Watchdog& dog, duckdb_connection connection, Milliseconds time, const Cancel* cancel)
    : dog_(dog), connection_(connection), until_(dog.clock_.Elapsed() + time), cancel_(cancel) {
  {
    const std::lock_guard lock(dog_.mutex_);
    place_ = dog_.watched_.insert(dog_.watched_.end(), this);
  }
  dog_.changed_.notify_one();
}

Watchdog::Watch::~Watch() {
  const std::lock_guard lock(dog_.mutex_);
  dog_.watched_.erase(place_);
}

std::optional<ErrorCode> Watchdog::Watch::ended() const {
  const std::lock_guard lock(dog_.mutex_);
  return ended_;
}

}  // namespace concordat::engine
