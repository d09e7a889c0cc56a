#include "ledger/verify.h"

#include <fmt/format.h>

#include <set>

#include "ledger/budget.h"
#include "ledger/name.h"
#include "ledger/saved.h"
#include "ledger/table.h"

namespace concordat::ledger {
namespace {

constexpr std::size_t kMostFaults = 20;
constexpr std::uint64_t kProgressEvery = 1000;

class Verifier {
 public:
  Verifier(sqlite3* connection, const crypto::VerifyKey& key) : connection_(connection), key_(key) {}

  void CompareWith(const std::filesystem::path& folds) {
    if (auto saved = ReadSaved(folds, key_)) {
      saved_ = *std::move(saved);
    } else if (saved.error().code != ErrorCode::kNotFound) {
      Fault(saved.error().message + ": remove " + folds.string());
    }
  }

  // Once.
  Verification Run(const std::function<void(std::uint64_t)>& progress) {
    Note(CheckPages());
    Note(VisitEntries(connection_, 0, [&](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
      CheckEntry(index, stored);
      if (++found_.entries % kProgressEvery == 0) progress(found_.entries);
      return {};
    }));
    Note(CheckCount());
    Note(CheckNameCount());
    CheckErased();
    Note(CheckTiles());
    Note(CheckHead());
    return std::move(found_);
  }

 private:
  void Fault(const std::string& what) {
    if (found_.faults.size() < kMostFaults) {
      found_.faults.push_back(what);
    } else if (found_.faults.size() == kMostFaults) {
      found_.faults.emplace_back("and more");
    }
  }
  void Note(const Result<void>& result) {
    if (!result) Fault(result.error().message);
  }

  Result<void> CheckPages() {
    store::Statement check = TRY(store::Statement::Prepare(connection_, "PRAGMA integrity_check(5)"));
    while (TRY(check.Step())) {
      if (check.Text(0) != "ok") Fault("SQLite: " + check.Text(0));
    }
    return {};
  }

  void CheckEntry(std::uint64_t index, const StoredEntry& stored) {
    if (index != next_) Fault(fmt::format("entry {} is missing", next_));
    next_ = index + 1;
    edge_.Append(LeafHash(stored.leaf));
    const auto entry = DecodeEntry(index, stored);
    if (!entry) return Fault(entry.error().message);
    if (entry->time < newest_)
      Fault(fmt::format("entry {}: its time is before that of the entry before it", index));
    newest_ = std::max(newest_, entry->time);
    Note(CheckNames(*entry));
    if (LacksSecret(stored)) lacking_.insert(index);
    if (entry->kind == kind::kSecretErased) NoteErased(*entry);
    if (entry->kind == kind::kCharge) CheckCharge(*entry);
    budgets_.Apply(*entry);
    if (saved_ && saved_->head.size == next_) CheckSaved();
  }

  void CheckSaved() {
    const auto budgets = saved_->states.find(budgets_.Form());
    if (budgets == saved_->states.end()) return;  // another version's: not loaded
    if (saved_->head.root != edge_.Root() || budgets->second != budgets_.Save())
      Fault(fmt::format("the saved folds are not what the first {} entries come to: remove them", next_));
  }

  Result<void> CheckNames(const Entry& entry) {
    for (const std::string& name : NamesOf(entry.kind, entry.body)) {
      ++names_;
      if (!TRY(HasName(connection_, name, entry.index)))
        Fault(fmt::format("entry {}: it is not found under its name {}", entry.index, name));
    }
    return {};
  }

  Result<void> CheckNameCount() {
    store::Statement count = TRY(store::Statement::Prepare(connection_, "SELECT count(*) FROM name"));
    if (!TRY(count.Step()) || static_cast<std::uint64_t>(count.Integer(0)) != names_)
      Fault("there are names that no entry goes by");
    return {};
  }

  void NoteErased(const Entry& entry) {
    const auto erased = ErasedEntries(entry.body);
    if (!erased) return Fault(fmt::format("entry {}: {}", entry.index, erased.error().message));
    erased_.insert(erased->begin(), erased->end());
  }

  void CheckCharge(const Entry& entry) {
    const auto charge = ChargeFromBody(entry.body);
    if (!charge) return Fault(fmt::format("entry {}: {}", entry.index, charge.error().message));
    if (charge->measurements.empty()) return;  // public data: nothing to hold it to
    if (const auto fits = budgets_.Check(*charge); !fits) {
      Fault(fmt::format("entry {}: a charge that should have been refused: {}", entry.index,
                        fits.error().message));
    }
  }

  void CheckErased() {
    for (const std::uint64_t index : lacking_) {
      if (!erased_.contains(index)) Fault(fmt::format("entry {}: its secret part is gone", index));
    }
    for (const std::uint64_t index : erased_) {
      if (!lacking_.contains(index))
        Fault(fmt::format("entry {}: its secret part is not erased, as recorded", index));
    }
  }

  // Rows that no reader would come across.
  Result<void> CheckCount() {
    store::Statement count = TRY(store::Statement::Prepare(connection_, "SELECT count(*) FROM entry"));
    if (!TRY(count.Step()) || static_cast<std::uint64_t>(count.Integer(0)) != found_.entries) {
      Fault("there are entries outside the ledger's numbers");
    }
    return {};
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
    if (!TRY(count.Step()) || count.Integer(0) != expected)
      Fault("there are tiles that no entry accounts for");
    return {};
  }

  Result<void> CheckHead() {
    const std::string note = TRY(ReadCheckpoint(connection_));
    if (note.empty() && edge_.size() == 0) return {};
    const Checkpoint head = TRY(OpenCheckpoint(note, key_));
    if (head != Checkpoint{key_.name(), edge_.size(), edge_.Root()}) {
      Fault(fmt::format(
          "the signed checkpoint is of {} entries and root {}; the entries are {} and come to root {}",
          head.size, ToBase64(head.root), edge_.size(), ToBase64(edge_.Root())));
    }
    found_.checkpoint = note;
    return {};
  }

  sqlite3* connection_;
  const crypto::VerifyKey& key_;
  TileEdge edge_;
  std::optional<SavedFolds> saved_;
  BudgetBook budgets_;
  std::uint64_t next_ = 0;
  std::uint64_t names_ = 0;
  Time newest_{};
  std::set<std::uint64_t> lacking_, erased_;  // entries whose secret part is not there; should not be
  Verification found_;
};

}  // namespace

Result<Verification> Verify(const store::Store& store, const crypto::VerifyKey& key,
                            const std::function<void(std::uint64_t)>& progress,
                            const std::filesystem::path& folds) {
  Verification found;
  TRY(store.Read([&](sqlite3* connection) -> Result<void> {
    Verifier verifier(connection, key);
    if (!folds.empty()) verifier.CompareWith(folds);
    found = verifier.Run(progress);
    return {};
  }));
  return found;
}

}  // namespace concordat::ledger
