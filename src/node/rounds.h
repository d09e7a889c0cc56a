// Work that comes round again and again while a node serves, on a thread of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.h"

namespace concordat::node {

class Rounds {
 public:
  // Does `work` at once, and again `every` so long after it was done.
  Rounds(Milliseconds every, std::function<void()> work);
  ~Rounds();  // waits for work under way
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;
  void Wake();  // does it again now, or as soon as what is under way is done

 private:
  void Run(Milliseconds every);

  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_
  bool woken_ = false;     // the same
  std::thread thread_;
};

}  // namespace concordat::node
