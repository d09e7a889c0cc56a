// Folds: state computed from entries, and the lock under which it is read.
#pragma once

#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "ledger/entry.h"

namespace concordat::ledger {

// State computed from entries, in their order. Apply must not fail: an entry it does not know is passed over.
// What it is given is the same whether the entry is new or read back after a restart.
//
// After a restart a fold need not be given every entry again (docs/adr/0006-saved-folds.md). One that lives
// on few entries names their Kinds, and is given those alone. One that lives on many has a Form: it is loaded
// as it was saved, and given what came after. One that does neither has the whole ledger replayed.
class Fold {
 public:
  virtual ~Fold() = default;
  virtual void Apply(const Entry& entry) = 0;
  virtual void Clear() = 0;  // back to the state before the first entry

  // Beginnings of the kinds of entries that it is given, now and after a restart; none: all are.
  virtual std::vector<std::string> Kinds() const { return {}; }
  // Name and version of what Save writes, such as "budgets/3": another version's is not loaded. Empty for a
  // fold that does not save itself.
  virtual std::string Form() const { return {}; }
  // All that the entries so far came to, but nothing of their secret parts: those can be erased.
  virtual Json Save() const { return {}; }
  // Takes up what Save wrote. Precondition: cleared. May throw Json::exception, for the ledger to catch.
  virtual void Load(const Json& /*saved*/) {}
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
