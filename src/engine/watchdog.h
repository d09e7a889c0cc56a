// Ends statements that run past their time or are cancelled, from a thread of its own: the engine works in
// its caller's.
#pragma once

#include <duckdb.h>

#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/engine.h"

namespace concordat::engine {

// Threading: Watch objects may be made and ended in any threads at once; the watchdog must outlive them.
class Watchdog {
 public:
  Watchdog();
  ~Watchdog();

  // A statement on `connection`, watched for as long as this lives.
  class Watch {
   public:
    Watch(Watchdog& dog, duckdb_connection connection, Milliseconds time, const Cancel* cancel);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    // Why the statement was ended: kTimeout or kCancelled; none if it was not.
    std::optional<ErrorCode> ended() const;

   private:
    friend class Watchdog;
    Watchdog& dog_;
    duckdb_connection connection_;
    Milliseconds until_;
    const Cancel* cancel_;
    std::optional<ErrorCode> ended_;  // guarded by Watchdog::mutex_
    std::list<Watch*>::iterator place_;
  };

 private:
  void Run();
  void LookAround();

  SystemClock clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Watch*> watched_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace concordat::engine
