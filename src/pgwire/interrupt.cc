#include "pgwire/interrupt.h"

namespace concordat::pgwire {

void Interrupt::Begin(Milliseconds limit) {
  std::uint64_t statement = 0;
  {
    const std::lock_guard lock(mutex_);
    cancel_ = std::make_unique<engine::Cancel>();
    cause_.reset();
    running_ = true;
    statement = ++statement_;
    if (gone_) {
      cause_ = Cause::kGone;
      cancel_->Request();
    }
  }
  if (arm_ && limit.count() > 0) arm_(statement, limit);
}

void Interrupt::End() {
  const std::lock_guard lock(mutex_);
  running_ = false;
  cause_.reset();
}

void Interrupt::Request(Cause cause) {
  const std::lock_guard lock(mutex_);
  if (cause == Cause::kGone) gone_ = true;
  if (!running_ || cause_) return;
  cause_ = cause;
  cancel_->Request();
}

void Interrupt::Expire(std::uint64_t statement) {
  const std::lock_guard lock(mutex_);
  if (!running_ || cause_ || statement != statement_) return;
  cause_ = Cause::kTimeout;
  cancel_->Request();
}

std::optional<Refusal> Interrupt::refusal() const {
  const std::lock_guard lock(mutex_);
  if (!cause_) return std::nullopt;
  const std::string charged = "what was charged stays charged";
  switch (*cause_) {
    case Cause::kTimeout:
      return Refusal{"", "canceling statement due to statement timeout", charged, "57014", {}};
    case Cause::kShutdown:
      return Refusal{"", "canceling statement because the node is stopping", charged, "57P01", {}};
    default:
      return Refusal{"", "canceling statement due to user request", charged, "57014", {}};
  }
}

}  // namespace concordat::pgwire
