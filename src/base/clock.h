// Time, injected: nothing but SystemClock reads the machine's clock.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace concordat {

using Milliseconds = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Milliseconds>;  // UTC

// Threading: Now and Elapsed may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
  virtual Milliseconds Elapsed() const = 0;  // monotonic, since some fixed moment
};

class SystemClock final : public Clock {
 public:
  Time Now() const override;
  Milliseconds Elapsed() const override;
};

// A clock that stands still until told; for tests and for replay.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time now) : now_(now) {}
  Time Now() const override { return now_; }
  Milliseconds Elapsed() const override { return now_.time_since_epoch(); }
  void Advance(Milliseconds by) { now_ += by; }
  void Set(Time now) { now_ = now; }

 private:
  Time now_;
};

// RFC 3339 in UTC with milliseconds: "2026-11-23T07:10:04.123Z".
std::string FormatTime(Time time);
// Its day: "2026-11-23".
std::string FormatDay(Time time);
// Reads what FormatTime writes, the same without milliseconds, and a bare date (midnight UTC).
Result<Time> ParseTime(std::string_view text);

}  // namespace concordat
