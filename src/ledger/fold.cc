#include "ledger/fold.h"

namespace concordat::ledger {
namespace {

thread_local int readings = 0;

}  // namespace

FoldLock::Reading::Reading(FoldLock& lock) : lock_(lock) {
  // The door is for those who hold nothing yet: whoever is inside must not wait behind a writer that waits
  // for it.
  if (readings == 0) {
    const std::lock_guard door(lock_.door_);
    lock_.room_.lock_shared();
  } else {
    lock_.room_.lock_shared();
  }
  ++readings;
}

FoldLock::Reading::~Reading() {
  --readings;
  lock_.room_.unlock_shared();
}

void FoldLock::LockForWriting() {
  const std::lock_guard door(door_);
  room_.lock();
}

bool FoldLock::ReadByThisThread() { return readings > 0; }

}  // namespace concordat::ledger
