// What ends a running statement from outside: a cancel request, a client that has gone, a time limit, a
// server that stops.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/refusal.h"
#include "engine/engine.h"

namespace concordat::pgwire {

enum class Cause { kUser, kTimeout, kGone, kShutdown };

// One of these belongs to each session. Threading: any thread.
class Interrupt {
 public:
  // Called by Begin with the number of the statement and its time limit, to call Expire(number) when it has
  // passed.
  using Arm = std::function<void(std::uint64_t statement, Milliseconds limit)>;
  explicit Interrupt(Arm arm = {}) : arm_(std::move(arm)) {}

  // A statement starts; a limit of 0 is none. Once the client has gone, every statement starts out cancelled.
  void Begin(Milliseconds limit);
  void End();
  // Cancels the statement that runs now, if one does (kGone: those to come as well).
  void Request(Cause cause);
  void Expire(std::uint64_t statement);  // kTimeout, if that statement still runs

  // Of the statement that runs now; valid until the next Begin.
  const engine::Cancel& cancel() const { return *cancel_; }
  // Why the running statement is to end, as PostgreSQL words it (57014, 57P01); none while it is not.
  std::optional<Refusal> refusal() const;

 private:
  mutable std::mutex mutex_;
  Arm arm_;
  std::unique_ptr<engine::Cancel> cancel_ = std::make_unique<engine::Cancel>();
  std::optional<Cause> cause_;
  std::uint64_t statement_ = 0;
  bool running_ = false;
  bool gone_ = false;
};

}  // namespace concordat::pgwire
