#include "ledger/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "ledger/name.h"
#include "ledger/table.h"

namespace concordat::ledger {
namespace {

// What `read` finds in the store.
template <class T, class F>
Result<T> Reading(const store::Store& store, F read) {
  T value{};
  const auto done = store.Read([&](sqlite3* connection) -> Result<void> {
    value = TRY(read(connection));
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return value;
}

}  // namespace

Ledger::Ledger(store::Store& store, crypto::SigningKey key, const Clock& clock, RandomSource& random,
               const std::vector<Fold*>& folds, std::filesystem::path saved)
    : store_(store),
      key_(std::move(key)),
      clock_(clock),
      random_(random),
      folds_(PartsOf(folds)),
      folds_file_(CanSave(folds_) ? std::move(saved) : std::filesystem::path()) {}

Result<std::unique_ptr<Ledger>> Ledger::Open(store::Store& store, crypto::SigningKey key, const Clock& clock,
                                             RandomSource& random, const std::vector<Fold*>& folds,
                                             std::filesystem::path saved) {
  std::unique_ptr<Ledger> ledger(new Ledger(store, std::move(key), clock, random, folds, std::move(saved)));
  TRY(ledger->Load());
  store.Observe(ledger.get());
  return ledger;
}

Result<Entry> Ledger::Append(Draft draft) {
  auto appended = TRY(AppendIf(std::move(draft), [] { return Outcome<void>(); }));
  CHECK(appended);
  return *std::move(appended);
}

Result<Outcome<Entry>> Ledger::AppendIf(Draft draft, const Condition& condition) {
  CHECK(!FoldLock::ReadByThisThread());
  const EncodedDraft encoded = TRY(EncodeDraft(std::move(draft)));
  Outcome<Entry> outcome;
  const auto written = store_.Write([&](store::Transaction& transaction) -> Result<void> {
    LockFolds();
    if (auto agreed = condition(); !agreed) {
      outcome = tl::unexpected(std::move(agreed).error());
      return {};
    }
    outcome = TRY(Write(transaction, encoded));
    return {};
  });
  if (!written) return tl::unexpected(written.error());
  return outcome;
}

Result<Entry> Ledger::Erase(const std::vector<std::uint64_t>& entries, const std::string& reason) {
  CHECK(!FoldLock::ReadByThisThread());
  const EncodedDraft encoded =
      TRY(EncodeDraft({.kind = kind::kSecretErased, .body = ErasureBody(entries, reason), .secret = {}}));
  Entry entry;
  TRY(store_.Write([&](store::Transaction& transaction) -> Result<void> {
    LockFolds();
    for (const std::uint64_t index : entries) TRY(EraseSecret(transaction.connection(), index));
    entry = TRY(Write(transaction, encoded));
    return {};
  }));
  TRY(store_.Scrub());
  return entry;
}

Result<Entry> Ledger::Write(store::Transaction& transaction, const EncodedDraft& draft) {
  const Time time = std::max(clock_.Now(), next_.newest);  // a clock set back does not turn the ledger's time
  const crypto::Salt salt = draft.draft.secret ? crypto::NewSalt(random_) : crypto::Salt{};
  const StoredEntry stored = PlaceEntry(draft, edge_.size(), time, salt);
  TRY(InsertEntry(transaction, edge_.size(), stored));
  for (const std::string& name : NamesOf(draft.draft.kind, draft.draft.body))
    TRY(InsertName(transaction, name, edge_.size()));
  return AppendInside(draft, stored, time);
}

// Cannot fail, so that what is in memory and what is in the transaction stay the same.
Entry Ledger::AppendInside(const EncodedDraft& draft, const StoredEntry& stored, Time time) {
  Entry entry{.index = edge_.size(),
              .time = time,
              .kind = draft.draft.kind,
              .body = draft.draft.body,
              .secret = draft.draft.secret};
  edge_.Append(LeafHash(stored.leaf));
  next_.newest = time;
  Apply(entry);
  return entry;
}

void Ledger::LockFolds() {
  if (folding_held_) return;
  folding_.LockForWriting();
  folding_held_ = true;
}

Result<void> Ledger::BeforeCommit(store::Transaction& transaction) {
  const auto changed = edge_.TakeChanged();
  if (changed.empty()) return {};
  for (const TileEdge::Tile& tile : changed) TRY(WriteTile(transaction.connection(), tile));
  next_.head = Edge();
  next_.note = crypto::SignNote(CheckpointText(next_.head), key_);
  return WriteCheckpoint(transaction.connection(), next_.note);
}

void Ledger::AfterBatch(bool committed) {
  if (committed) {
    const std::lock_guard lock(durable_mutex_);
    durable_ = next_;
  } else if (edge_.size() != LatestDurable().head.size) {
    // What was rolled back must leave memory too. The store was readable a moment ago: if it no longer is,
    // going on would be wrong.
    CHECK(Load());
  }
  if (!folding_held_) return;
  folding_held_ = false;
  folding_.UnlockForWriting();
}

Ledger::Durable Ledger::LatestDurable() const {
  const std::lock_guard lock(durable_mutex_);
  return durable_;
}

Result<std::vector<Entry>> Ledger::Read(std::uint64_t first, std::uint64_t count) const {
  return Reading<std::vector<Entry>>(store_, [&](sqlite3* connection) -> Result<std::vector<Entry>> {
    std::vector<Entry> entries;
    const EntryVisitor visit = [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
      entries.push_back(TRY(DecodeEntry(index, stored)));
      return {};
    };
    TRY(VisitEntries(connection, first, visit, count));
    return entries;
  });
}

Result<std::vector<Entry>> Ledger::Named(const std::string& name, std::uint64_t most) const {
  return Reading<std::vector<Entry>>(store_, [&](sqlite3* connection) -> Result<std::vector<Entry>> {
    std::vector<Entry> entries;
    const EntryVisitor visit = [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
      Entry entry = TRY(DecodeEntry(index, stored));
      const auto names = NamesOf(entry.kind, entry.body);
      const bool own = std::find(names.begin(), names.end(), name) != names.end();
      if (own) entries.push_back(std::move(entry));
      return {};
    };
    for (const std::uint64_t index : TRY(NamedEntries(connection, name, most)))
      TRY(VisitEntries(connection, index, visit, 1));
    return entries;
  });
}

Result<std::uint64_t> Ledger::CountNamed(const std::string& name) const {
  return Reading<std::uint64_t>(store_,
                                [&](sqlite3* connection) { return ledger::CountNamed(connection, name); });
}

Result<std::vector<std::string>> Ledger::NamesFrom(const std::string& beginning, std::uint64_t most) const {
  return Reading<std::vector<std::string>>(
      store_, [&](sqlite3* connection) { return ledger::NamesFrom(connection, beginning, most); });
}

Checkpoint Ledger::Head() const { return LatestDurable().head; }

Result<std::string> Ledger::SignedHead() const { return LatestDurable().note; }

Result<void> Ledger::CheckReached(std::uint64_t size) const {
  const std::uint64_t head = LatestDurable().head.size;
  if (size <= head) return {};
  return Fail(ErrorCode::kNotFound, fmt::format("the ledger has {} entries, not {}", head, size));
}

Result<std::vector<Hash>> Ledger::ProveInclusion(std::uint64_t index, std::uint64_t size) const {
  TRY(CheckReached(size));
  return Reading<std::vector<Hash>>(store_, [&](sqlite3* connection) {
    return InclusionProof(index, size, TileNodes(size, StoredTiles(connection)));
  });
}

Result<Hash> Ledger::LeafHashOf(std::uint64_t index) const {
  const std::uint64_t size = Head().size;
  return Reading<Hash>(
      store_, [&](sqlite3* connection) { return TileNodes(size, StoredTiles(connection))(0, index); });
}

Result<Bytes> Ledger::LeafBytes(std::uint64_t index) const {
  TRY(CheckReached(index + 1));
  return Reading<Bytes>(store_, [&](sqlite3* connection) -> Result<Bytes> {
    Bytes leaf;
    const EntryVisitor visit = [&leaf](std::uint64_t, const StoredEntry& stored) -> Result<void> {
      leaf = stored.leaf;
      return {};
    };
    TRY(VisitEntries(connection, index, visit, 1));
    return leaf;
  });
}

Result<std::vector<Hash>> Ledger::ProveConsistency(std::uint64_t old_size, std::uint64_t size) const {
  TRY(CheckReached(size));
  return Reading<std::vector<Hash>>(store_, [&](sqlite3* connection) {
    return ConsistencyProof(old_size, size, TileNodes(size, StoredTiles(connection)));
  });
}

Result<Bytes> Ledger::TileBytes(TileId id, std::size_t width) const {
  return Reading<Bytes>(store_, [&](sqlite3* connection) { return ReadTileBytes(connection, id, width); });
}

Milliseconds Ledger::ClockBehind() const {
  return std::max(Milliseconds(0),
                  std::chrono::duration_cast<Milliseconds>(LatestDurable().newest - clock_.Now()));
}

Time Ledger::Now() const { return std::max(clock_.Now(), LatestDurable().newest); }

}  // namespace concordat::ledger
