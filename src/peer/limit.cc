#include "peer/limit.h"

#include <fmt/format.h>

namespace concordat::peer {

Limit::Turn::~Turn() {
  if (limit_ == nullptr) return;
  const std::lock_guard lock(limit_->mutex_);
  --limit_->under_way_;
  limit_->held_ -= bytes_;
  if (--limit_->of_member_[member_] == 0) limit_->of_member_.erase(member_);
}

Result<void> Limit::Turn::Hold(std::uint64_t bytes) {
  const std::lock_guard lock(limit_->mutex_);
  if (bytes > limit_->bytes_ - limit_->held_) {
    return Fail(ErrorCode::kResourceExhausted,
                fmt::format("messages under way hold {} bytes, and {} more are past the limit of {}",
                            limit_->held_, bytes, limit_->bytes_),
                "try again in a moment");
  }
  limit_->held_ += bytes;
  bytes_ += bytes;
  return {};
}

Result<Limit::Turn> Limit::Take(const std::string& member) {
  const std::lock_guard lock(mutex_);
  if (under_way_ >= calls_) {
    return Fail(ErrorCode::kResourceExhausted,
                fmt::format("{} calls are under way, which is the limit", calls_), "try again in a moment");
  }
  int& of_member = of_member_[member];
  if (of_member >= calls_of_a_member_) {
    return Fail(ErrorCode::kResourceExhausted,
                fmt::format("{} calls of {} are under way, which is the limit", of_member, member),
                "try again in a moment");
  }
  ++of_member;
  ++under_way_;
  return Turn(*this, member);
}

}  // namespace concordat::peer
