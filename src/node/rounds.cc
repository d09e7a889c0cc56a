#include "node/rounds.h"

namespace concordat::node {

Rounds::Rounds(Milliseconds every, std::function<void()> work)
    : work_(std::move(work)), thread_([=, this] { Run(every); }) {}

Rounds::~Rounds() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void Rounds::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  stop_.notify_all();
}

void Rounds::Run(Milliseconds every) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    work_();
    lock.lock();
    stop_.wait_for(lock, every, [this] { return stopping_ || woken_; });
  }
}

}  // namespace concordat::node
