// The record that nobody can rewrite: an append-only Merkle log in the store, and the folds that are all
// other state.
//
// An entry, its hashes and a signed checkpoint commit in one transaction. Formats: docs/formats/ledger.md.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/refusal.h"
#include "crypto/keys.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/saved.h"
#include "ledger/tile.h"
#include "store/store.h"

namespace concordat::ledger {

// Migrations of the store that a ledger needs.
store::Migrations LedgerMigrations();

// Threading: every call from any thread, but never from inside a fold or a condition. A thread that holds
// Share must not append: that would wait for itself (CHECK).
class Ledger final : private store::BatchObserver {
 public:
  // Replays entries into `folds`, checking each: those after the folds in the file `saved`, or all where
  // there are none to be trusted. The store, clock, random and folds must outlive the ledger's last use.
  // Errors: kCorrupt naming the entry, or when the newest checkpoint does not sign what is there with this
  // key.
  static Result<std::unique_ptr<Ledger>> Open(store::Store& store, crypto::SigningKey key, const Clock& clock,
                                              RandomSource& random, const std::vector<Fold*>& folds,
                                              std::filesystem::path saved = {});

  // Writes what the folds hold to where Open looks, durably, if it came by `least` entries or more since they
  // were last written; did it? From one thread at a time. Does nothing with a fold that cannot be saved, or
  // no place to save. Errors: WriteFileDurably's.
  Result<bool> SaveFolds(std::uint64_t least = 1);
  // Why Open took no saved folds up; empty where it did, and where there were none.
  const std::string& doubt() const { return doubt_; }

  // Appends, and returns once the entry is durable. Errors: kInvalidArgument as EncodeDraft; Store::Write's.
  Result<Entry> Append(Draft draft);
  // The same if `condition`, evaluated when it is this entry's turn and the folds hold everything before it,
  // agrees; otherwise nothing is written and its refusal is returned.
  using Condition = std::function<Outcome<void>()>;
  Result<Outcome<Entry>> AppendIf(Draft draft, const Condition& condition);
  // Destroys the secret parts and salts of `entries`, for good and in all of the store's files, and records
  // that it was done and why. Leaves, and so the tree, stay. Folds keep what they took from them until they
  // are replayed. Errors: kNotFound when one of them has no secret part; then nothing is erased.
  Result<Entry> Erase(const std::vector<std::uint64_t>& entries, const std::string& reason);

  // Hold this while reading folds: they then show a moment between groups of entries, all of it durable.
  // Briefly: the ledger stands still meanwhile.
  FoldLock::Reading Share() const { return FoldLock::Reading(folding_); }

  // Entries [first, first + count), fewer at the end.
  Result<std::vector<Entry>> Read(std::uint64_t first, std::uint64_t count) const;
  // The entries of a name (ledger/name.h), in order, the newest `most` of them.
  Result<std::vector<Entry>> Named(const std::string& name,
                                   std::uint64_t most = std::numeric_limits<std::int64_t>::max()) const;
  // How many rows name it: not held against the entries.
  Result<std::uint64_t> CountNamed(const std::string& name) const;
  // Different names that begin so, in order, at most `most`.
  Result<std::vector<std::string>> NamesFrom(const std::string& beginning, std::uint64_t most) const;
  // What is durable; never waits for a group that is being written.
  Checkpoint Head() const;
  // The newest checkpoint, signed; empty before the first entry.
  Result<std::string> SignedHead() const;
  // Hashes from an entry to the head of `size` entries, and the entry's own leaf hash.
  // Errors: kNotFound past the head; kInvalidArgument unless index < size.
  Result<std::vector<Hash>> ProveInclusion(std::uint64_t index, std::uint64_t size) const;
  Result<Hash> LeafHashOf(std::uint64_t index) const;
  // The entry's public bytes, which its leaf hash is of. Errors: kNotFound past the head.
  Result<Bytes> LeafBytes(std::uint64_t index) const;
  // That the log of `size` entries begins with the log of `old_size`.
  Result<std::vector<Hash>> ProveConsistency(std::uint64_t old_size, std::uint64_t size) const;
  // The bytes of a tile or, for level -1, of an entry bundle, with its first `width` hashes or entries.
  // Errors: kNotFound when the log does not reach that far.
  Result<Bytes> TileBytes(TileId id, std::size_t width) const;

  const crypto::VerifyKey& key() const { return key_.verify_key(); }
  // Its secret part, which also signs what this member says to others.
  const crypto::SigningKey& signing_key() const { return key_; }
  // How far the machine's clock is behind the newest entry, whose time new entries take until it has caught
  // up: more than nothing is for the operator to see. 0 when it is not behind.
  Milliseconds ClockBehind() const;
  // The machine's time, or the newest entry's while the clock is behind it: what decisions go by, so that a
  // clock set back brings nothing expired to life.
  Time Now() const;

 private:
  // What is durable.
  struct Durable {
    Checkpoint head;
    std::string note;
    Time newest{};
  };

  Ledger(store::Store& store, crypto::SigningKey key, const Clock& clock, RandomSource& random,
         const std::vector<Fold*>& folds, std::filesystem::path saved);
  Result<void> Load();
  void ClearFolds();
  Result<void> LoadHead(sqlite3* connection);
  Result<void> TakeUp(sqlite3* connection, const SavedFolds& saved);
  std::uint64_t TakeUpSaved(sqlite3* connection);
  Result<void> Replay(sqlite3* connection, std::uint64_t first);
  void Apply(const Entry& entry);
  Entry AppendInside(const EncodedDraft& draft, const StoredEntry& stored, Time time);
  Result<Entry> Write(store::Transaction& transaction, const EncodedDraft& draft);
  Result<void> BeforeCommit(store::Transaction& transaction) override;
  void AfterBatch(bool committed) override;
  void LockFolds();
  Checkpoint Edge() const { return {key_.verify_key().name(), edge_.size(), edge_.Root()}; }
  Durable LatestDurable() const;
  Result<void> CheckReached(std::uint64_t size) const;

  store::Store& store_;
  crypto::SigningKey key_;
  const Clock& clock_;
  RandomSource& random_;

  mutable FoldLock folding_;  // guards the folds and few_
  std::vector<FoldPart> folds_;
  std::vector<std::uint64_t> few_;  // indices of the entries that folds of few kinds were given

  std::filesystem::path folds_file_;          // empty: nowhere
  std::atomic<std::uint64_t> folds_size_{0};  // entries that the saved folds have had
  std::string doubt_;

  // The writer thread's own, and Open's before there is one.
  bool folding_held_ = false;  // from a group's first entry to its end
  TileEdge edge_;
  Durable next_;  // what becomes durable with the group

  mutable std::mutex durable_mutex_;
  Durable durable_;
};

}  // namespace concordat::ledger
