#include "ledger/ledger.h"

#include <fmt/format.h>

#include "base/check.h"
#include "ledger/table.h"

namespace concordat::ledger {

Ledger::Ledger(store::Store& store, crypto::SigningKey key, const Clock& clock, RandomSource& random, std::vector<Fold*> folds)
    : store_(store), key_(std::move(key)), clock_(clock), random_(random), folds_(std::move(folds)) {}

Result<std::unique_ptr<Ledger>> Ledger::Open(store::Store& store, crypto::SigningKey key, const Clock& clock, RandomSource& random,
                                             std::vector<Fold*> folds) {
  std::unique_ptr<Ledger> ledger(new Ledger(store, std::move(key), clock, random, std::move(folds)));
  TRY(ledger->Load());
  store.Observe(ledger.get());
  return ledger;
}

// Brings edge and folds to what the store holds, and holds the store's checkpoint against both key and tiles.
Result<void> Ledger::Load() {
  edge_ = {};
  newest_ = {};
  for (Fold* fold : folds_) fold->Clear();
  return store_.Read([this](sqlite3* connection) -> Result<void> {
    std::uint64_t size = 0;
    TRY(VisitEntries(connection, 0, [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
      if (index != size++) return Fail(ErrorCode::kCorrupt, fmt::format("entry {} is missing", size - 1));
      const Entry entry = TRY(DecodeEntry(index, stored));
      newest_ = entry.time;
      for (Fold* fold : folds_) fold->Apply(entry);
      return {};
    }));
    TRY(LoadEdge(connection, size, edge_));
    const auto note = TRY(ReadCheckpoint(connection));
    if (note.empty() && size == 0) return {};
    const auto head = TRY(OpenCheckpoint(note, key_.verify_key()));
    if (head != Checkpoint{key_.verify_key().name(), size, edge_.Root()}) {
      return Fail(ErrorCode::kCorrupt, "the ledger is not the one that its newest checkpoint signs",
                  "run concordat ledger verify; keep the file for inquiry and restore the newest backup");
    }
    return {};
  });
}

Result<Entry> Ledger::Append(Draft draft) {
  auto appended = TRY(AppendIf(std::move(draft), [] { return Outcome<void>(); }));
  CHECK(appended);
  return *std::move(appended);
}

Result<Outcome<Entry>> Ledger::AppendIf(Draft draft, const Condition& condition) {
  Outcome<Entry> outcome;
  const auto written = store_.Write([&](store::Transaction& transaction) -> Result<void> {
    LockFolds();
    if (auto agreed = condition(); !agreed) {
      outcome = tl::unexpected(std::move(agreed).error());
      return {};
    }
    outcome = TRY(AppendInside(transaction, draft));
    return {};
  });
  if (!written) return tl::unexpected(written.error());
  return outcome;
}

Result<Entry> Ledger::AppendInside(store::Transaction& transaction, const Draft& draft) {
  Entry entry{.index = edge_.size(),
              .time = std::max(clock_.Now(), newest_),  // a clock set back does not turn the ledger's time
              .kind = draft.kind,
              .body = draft.body,
              .secret = draft.secret};
  const StoredEntry stored = TRY(EncodeEntry(entry, crypto::NewSalt(random_)));
  TRY(InsertEntry(transaction.connection(), entry.index, stored));
  // Nothing below can fail, so that what is in memory and what is in the transaction stay the same.
  edge_.Append(LeafHash(stored.leaf));
  newest_ = entry.time;
  for (Fold* fold : folds_) fold->Apply(entry);
  return entry;
}

void Ledger::LockFolds() {
  if (folding_held_) return;
  folding_.lock();
  folding_held_ = true;
}

Result<void> Ledger::BeforeCommit(store::Transaction& transaction) {
  if (!folding_held_) return {};
  const auto changed = edge_.TakeChanged();
  if (changed.empty()) return {};
  for (const TileEdge::Tile& tile : changed) TRY(WriteTile(transaction.connection(), tile));
  const Checkpoint head{key_.verify_key().name(), edge_.size(), edge_.Root()};
  return WriteCheckpoint(transaction.connection(), crypto::SignNote(CheckpointText(head), key_));
}

void Ledger::AfterBatch(bool committed) {
  if (!folding_held_) return;
  // What was rolled back must leave memory too. The store was readable a moment ago: if it no longer is, going on would be wrong.
  if (!committed) CHECK(Load());
  folding_held_ = false;
  folding_.unlock();
}

Result<std::vector<Entry>> Ledger::Read(std::uint64_t first, std::uint64_t count) const {
  std::vector<Entry> entries;
  const auto read = store_.Read([&](sqlite3* connection) -> Result<void> {
    return VisitEntries(
        connection, first,
        [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
          entries.push_back(TRY(DecodeEntry(index, stored)));
          return {};
        },
        count);
  });
  if (!read) return tl::unexpected(read.error());
  return entries;
}

Checkpoint Ledger::Head() const {
  const auto lock = Share();
  return {key_.verify_key().name(), edge_.size(), edge_.Root()};
}

Result<std::string> Ledger::SignedHead() const {
  std::string note;
  const auto read = store_.Read([&](sqlite3* connection) -> Result<void> {
    note = TRY(ReadCheckpoint(connection));
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return note;
}

Result<std::vector<Hash>> Ledger::ProveInclusion(std::uint64_t index, std::uint64_t size) const {
  std::vector<Hash> proof;
  const auto read = store_.Read([&](sqlite3* connection) -> Result<void> {
    proof = TRY(InclusionProof(index, size, TileNodes(connection)));
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return proof;
}

Result<Hash> Ledger::LeafHashOf(std::uint64_t index) const {
  Hash hash{};
  const auto read = store_.Read([&](sqlite3* connection) -> Result<void> {
    hash = TRY(TileNodes(connection)(0, index));
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return hash;
}

Milliseconds Ledger::ClockBehind() const {
  const auto lock = Share();
  return std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(newest_ - clock_.Now()));
}

}  // namespace concordat::ledger
