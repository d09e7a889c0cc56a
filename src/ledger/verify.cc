#include "ledger/verify.h"

#include <fmt/format.h>

#include "ledger/budget.h"
#include "ledger/table.h"

namespace concordat::ledger {
namespace {

constexpr std::size_t kMostFaults = 20;

class Verifier {
 public:
  Verifier(sqlite3* connection, const crypto::VerifyKey& key) : connection_(connection), key_(key) {}

  Verification Run(const std::function<void(std::uint64_t)>& progress) {
    CheckPages();
    const auto visited = VisitEntries(connection_, 0, [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
      CheckEntry(index, stored);
      if (++found_.entries % 1000 == 0) progress(found_.entries);
      return {};
    });
    Note(visited);
    Note(CheckTiles());
    Note(CheckHead());
    return std::move(found_);
  }

 private:
  void Fault(const std::string& what) {
    if (found_.faults.size() < kMostFaults) found_.faults.push_back(what);
    if (found_.faults.size() == kMostFaults) found_.faults.emplace_back("and more");
  }
  void Note(const Result<void>& result) {
    if (!result) Fault(result.error().message);
  }

  void CheckPages() {
    auto check = store::Statement::Prepare(connection_, "PRAGMA integrity_check(5)");
    if (!check) return Fault(check.error().message);
    for (;;) {
      const auto row = check->Step();
      if (!row) return Fault(row.error().message);
      if (!*row) return;
      if (check->Text(0) != "ok") Fault("SQLite: " + check->Text(0));
    }
  }

  void CheckEntry(std::uint64_t index, const StoredEntry& stored) {
    if (index != edge_.size()) Fault(fmt::format("entry {} is missing", edge_.size()));
    edge_.Append(LeafHash(stored.leaf));
    const auto entry = DecodeEntry(index, stored);
    if (!entry) return Fault(entry.error().message);
    if (entry->time < newest_) Fault(fmt::format("entry {}: its time is before that of the entry before it", index));
    newest_ = std::max(newest_, entry->time);
    if (!entry->secret && Json::parse(AsText(stored.leaf)).contains("secret")) {
      Fault(fmt::format("entry {}: its secret part is gone", index));
    }
    if (entry->kind == kind::kCharge && !ChargeFromBody(entry->body)) Fault(fmt::format("entry {}: not a charge", index));
  }

  Result<void> CheckTiles() {
    std::int64_t expected = 0;
    for (const TileEdge::Tile& tile : edge_.TakeChanged()) {
      ++expected;
      const auto kept = ReadTile(connection_, tile.id);
      if (!kept) {
        Fault(kept.error().message);
      } else if (kept->hashes != tile.hashes) {
        Fault(TilePath(tile.id, tile.hashes.size()) + " does not hold the hashes of its entries");
      }
    }
    store::Statement count = TRY(store::Statement::Prepare(connection_, "SELECT count(*) FROM tile"));
    if (!TRY(count.Step()) || count.Integer(0) != expected) Fault("there are tiles that no entry accounts for");
    return {};
  }

  Result<void> CheckHead() {
    const std::string note = TRY(ReadCheckpoint(connection_));
    if (note.empty() && edge_.size() == 0) return {};
    const Checkpoint head = TRY(OpenCheckpoint(note, key_));
    if (head != Checkpoint{key_.name(), edge_.size(), edge_.Root()}) {
      Fault(fmt::format("the signed checkpoint is of {} entries and root {}; the entries are {} and come to root {}", head.size,
                        ToBase64(head.root), edge_.size(), ToBase64(edge_.Root())));
    }
    found_.checkpoint = note;
    return {};
  }

  sqlite3* connection_;
  const crypto::VerifyKey& key_;
  TileEdge edge_;
  Time newest_{};
  Verification found_;
};

}  // namespace

Result<Verification> Verify(const store::Store& store, const crypto::VerifyKey& key,
                            const std::function<void(std::uint64_t)>& progress) {
  Verification found;
  const auto read = store.Read([&](sqlite3* connection) -> Result<void> {
    found = Verifier(connection, key).Run(progress);
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return found;
}

}  // namespace concordat::ledger
