// Recomputes everything that the store holds, from the entries up, and says what does not fit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "store/store.h"

namespace concordat::ledger {

struct Verification {
  std::uint64_t entries = 0;
  std::string checkpoint;           // the newest, when it holds
  std::vector<std::string> faults;  // empty: all is as it was written; at most 20, then "and more"
  bool ok() const { return faults.empty(); }
};

// SQLite's own check of every page; each entry's form, order, time, secret part (there, or erased on record);
// each tile; each name; the signed head; each charge against the budgets as they stood before it; what the
// file `folds` says was spent, if there is one. One moment of the store, while it goes on. `progress` is told
// the entries done, now and then. Errors: only when the store cannot be read at all.
//
// What it cannot see is a whole earlier store put in this one's place: for that, keep checkpoints elsewhere.
Result<Verification> Verify(const store::Store& store, const crypto::VerifyKey& key,
                            const std::function<void(std::uint64_t entries)>& progress,
                            const std::filesystem::path& folds = {});

}  // namespace concordat::ledger
