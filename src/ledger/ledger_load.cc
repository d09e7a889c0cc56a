// How a ledger comes to what its store holds, and its folds to what they were.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "ledger/ledger.h"
#include "ledger/table.h"

namespace concordat::ledger {
namespace {

tl::unexpected<Error> Corrupt(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, what,
              "run concordat ledger verify; keep the file for inquiry and restore the newest backup");
}

// Holds entries, read in their order, against the tiles' hashes of them.
class LeafCheck {
 public:
  explicit LeafCheck(sqlite3* connection) : connection_(connection) {}

  Result<void> operator()(std::uint64_t index, const StoredEntry& stored) {
    const TileId id{0, index / kTileWidth};
    if (!tile_ || tile_->id.index != id.index) tile_ = TRY(ReadTile(connection_, id));
    const std::size_t offset = index % kTileWidth;
    if (offset < tile_->hashes.size() && tile_->hashes[offset] == LeafHash(stored.leaf)) return {};
    return Corrupt(fmt::format("entry {} is not the one that was hashed", index));
  }

 private:
  sqlite3* connection_;
  std::optional<TileEdge::Tile> tile_;
};

}  // namespace

// Brings edge and folds to what the store holds, and holds the store's checkpoint against both key and tiles.
Result<void> Ledger::Load() {
  edge_ = {};
  next_ = {};
  TRY(store_.Read([this](sqlite3* connection) -> Result<void> {
    TRY(LoadHead(connection));
    return Replay(connection, TakeUpSaved(connection));
  }));
  const std::lock_guard lock(durable_mutex_);
  durable_ = next_;
  return {};
}

void Ledger::ClearFolds() {
  for (const FoldPart& part : folds_) part.fold->Clear();
  few_.clear();
  next_.newest = {};
}

// What a crash could have left is in one transaction with the checkpoint, so the newest tile of each level
// and the entries after it tell of it; what is older is for `ledger verify`.
Result<void> Ledger::LoadHead(sqlite3* connection) {
  next_.note = TRY(ReadCheckpoint(connection));
  const std::uint64_t size = next_.note.empty() ? 0 : TRY(OpenCheckpoint(next_.note, key_.verify_key())).size;
  edge_ = TRY(LoadEdge(connection, size));
  next_.head = Edge();
  if (next_.note.empty() || TRY(OpenCheckpoint(next_.note, key_.verify_key())) == next_.head) return {};
  return Corrupt("the ledger is not the one that its newest checkpoint signs");
}

// How many entries the folds have had after it; none where nothing is saved that can be trusted.
std::uint64_t Ledger::TakeUpSaved(sqlite3* connection) {
  ClearFolds();
  doubt_.clear();
  folds_size_ = 0;
  if (folds_file_.empty()) return 0;
  const auto saved = ReadSaved(folds_file_, key_.verify_key());
  if (!saved && saved.error().code == ErrorCode::kNotFound) return 0;
  const Result<void> taken = saved ? TakeUp(connection, *saved) : tl::unexpected(saved.error());
  if (taken) return folds_size_ = saved->head.size;
  doubt_ = taken.error().message;
  ClearFolds();
  return 0;
}

Result<void> Ledger::TakeUp(sqlite3* connection, const SavedFolds& saved) {
  const std::uint64_t size = next_.head.size;
  if (saved.head.origin != next_.head.origin || saved.head.size > size)
    return Corrupt("the saved folds are of another ledger, or of more than this one has");
  const auto proof = TRY(ConsistencyProof(saved.head.size, size, TileNodes(size, StoredTiles(connection))));
  if (!VerifyConsistency(saved.head.size, size, saved.head.root, next_.head.root, proof))
    return Corrupt("the saved folds are of another history");
  TRY(LoadStates(folds_, saved.states));
  LeafCheck check(connection);
  // In runs of neighbours, so that there are fewer statements than entries.
  for (auto from = saved.few.begin(); from != saved.few.end();) {
    auto to = from;
    while (to != saved.few.end() && *to - *from == static_cast<std::uint64_t>(to - from)) ++to;
    const auto count = static_cast<std::uint64_t>(to - from);
    std::uint64_t seen = 0;
    const EntryVisitor visit = [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
      TRY(check(index, stored));
      const Entry entry = TRY(DecodeEntry(index, stored));
      for (const FoldPart& part : folds_) {
        if (part.few() && part.Takes(entry.kind)) part.fold->Apply(entry);
      }
      ++seen;
      return {};
    };
    TRY(VisitEntries(connection, *from, visit, count));
    if (seen != count) return Corrupt(fmt::format("an entry from {} on is missing", *from));
    from = to;
  }
  few_ = saved.few;
  next_.newest = saved.newest;
  return {};
}

Result<void> Ledger::Replay(sqlite3* connection, std::uint64_t first) {
  std::uint64_t size = first;
  LeafCheck check(connection);
  TRY(VisitEntries(connection, first, [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
    if (index != size++) return Corrupt(fmt::format("entry {} is missing", size - 1));
    const Entry entry = TRY(DecodeEntry(index, stored));
    TRY(check(index, stored));
    next_.newest = entry.time;
    Apply(entry);
    return {};
  }));
  if (size == next_.head.size) return {};
  return Corrupt("the ledger is not the one that its newest checkpoint signs");
}

void Ledger::Apply(const Entry& entry) {
  if (Give(folds_, entry) && !folds_file_.empty()) few_.push_back(entry.index);
}

Result<bool> Ledger::SaveFolds(std::uint64_t least) {
  if (folds_file_.empty()) return false;
  SavedFolds saved;
  {
    const auto lock = Share();
    const Durable durable = LatestDurable();
    if (durable.head.size < folds_size_ + std::max<std::uint64_t>(least, 1)) return false;
    saved = {durable.head, durable.newest, few_, StatesOf(folds_)};
  }
  TRY(WriteFileDurably(folds_file_, FormatSaved(saved, key_), FileMode::kSecret));
  folds_size_ = saved.head.size;
  return true;
}

}  // namespace concordat::ledger
