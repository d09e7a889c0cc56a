// Folds: state computed from entries, and the lock under which it is read.
#pragma once

#include <mutex>
#include <shared_mutex>

#include "ledger/entry.h"

namespace concordat::ledger {

// State computed from entries, in their order. Apply must not fail: an entry it does not know is passed over.
// What it is given is the same whether the entry is new or read back after a restart.
class Fold {
 public:
  virtual ~Fold() = default;
  virtual void Apply(const Entry& entry) = 0;
  virtual void Clear() = 0;  // back to the state before the first entry
};

// Many readers or one writer, and a writer that waits is let in before readers that come later: under a
// steady stream of questions a plain shared_mutex would never let the ledger go on. A thread may read inside
// its own reading.
class FoldLock {
 public:
  class Reading {
   public:
    explicit Reading(FoldLock& lock);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading();

   private:
    FoldLock& lock_;
  };

  void LockForWriting();
  void UnlockForWriting() { room_.unlock(); }
  // Does the calling thread hold a Reading, of any ledger?
  static bool ReadByThisThread();

 private:
  std::mutex door_;
  std::shared_mutex room_;
};

}  // namespace concordat::ledger
