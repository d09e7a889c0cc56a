// The record that nobody can rewrite: an append-only Merkle log in the store, and the folds that are all other state.
//
// An entry, its hashes and a signed checkpoint commit in one transaction. Formats: docs/formats/ledger.md.
#pragma once

#include <functional>
#include <memory>
#include <shared_mutex>
#include <vector>

#include "base/random.h"
#include "base/refusal.h"
#include "crypto/keys.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/tile.h"
#include "store/store.h"

namespace concordat::ledger {

// State computed from entries, in their order. Apply must not fail: an entry it does not know is passed over.
class Fold {
 public:
  virtual ~Fold() = default;
  virtual void Apply(const Entry& entry) = 0;
  virtual void Clear() = 0;  // back to the state before the first entry
};

// Migrations of the store that a ledger needs.
store::Migrations LedgerMigrations();

// Threading: every call from any thread, but never from inside a fold or a condition.
class Ledger final : private store::BatchObserver {
 public:
  // Replays all entries into `folds`, checking each; the store, clock, random and folds must outlive the ledger.
  // Errors: kCorrupt naming the entry; kFailedPrecondition when the store is another member's.
  static Result<std::unique_ptr<Ledger>> Open(store::Store& store, crypto::SigningKey key, const Clock& clock,
                                              RandomSource& random, std::vector<Fold*> folds);

  // Appends, and returns once the entry is durable.
  Result<Entry> Append(Draft draft);
  // The same if `condition`, evaluated when it is this entry's turn and the folds hold everything before it, agrees;
  // otherwise nothing is written and its refusal is returned.
  using Condition = std::function<Outcome<void>()>;
  Result<Outcome<Entry>> AppendIf(Draft draft, const Condition& condition);

  // Hold this while reading folds: they then show a moment between groups of entries, all of it durable.
  std::shared_lock<std::shared_mutex> Share() const { return std::shared_lock(folding_); }

  // Entries [first, first + count), fewer at the end.
  Result<std::vector<Entry>> Read(std::uint64_t first, std::uint64_t count) const;
  Checkpoint Head() const;
  // The newest checkpoint, signed.
  Result<std::string> SignedHead() const;
  // Hashes from an entry to the head of `size` entries, and the entry's own leaf hash.
  Result<std::vector<Hash>> ProveInclusion(std::uint64_t index, std::uint64_t size) const;
  Result<Hash> LeafHashOf(std::uint64_t index) const;

  const crypto::VerifyKey& key() const { return key_.verify_key(); }
  // How far the machine's clock was behind the newest entry when it was last asked; 0 when it is not.
  Milliseconds ClockBehind() const;

 private:
  Ledger(store::Store& store, crypto::SigningKey key, const Clock& clock, RandomSource& random, std::vector<Fold*> folds);
  Result<void> Load();
  Result<Entry> AppendInside(store::Transaction& transaction, const Draft& draft);
  Result<void> BeforeCommit(store::Transaction& transaction) override;
  void AfterBatch(bool committed) override;
  void LockFolds();

  store::Store& store_;
  crypto::SigningKey key_;
  const Clock& clock_;
  RandomSource& random_;
  std::vector<Fold*> folds_;

  mutable std::shared_mutex folding_;  // guards the folds and everything below
  bool folding_held_ = false;          // by the writer thread, from a group's first entry to its end
  TileEdge edge_;
  Time newest_{};
};

}  // namespace concordat::ledger
