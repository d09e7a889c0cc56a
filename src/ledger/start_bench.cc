// A long log: how long its ledger takes to open, from all its entries and from saved folds, what memory that
// takes, and how long a proof takes to make. The store is written row by row as the
// ledger writes it, in one transaction, because appending ten million entries would take longer than anyone
// waits. CONCORDAT_BENCH_ENTRIES sets the size (default 100,000); CONCORDAT_BENCH_HOME names a new member's
// home to fill and to keep, so that a node can be started on it.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/check.h"
#include "base/file.h"
#include "ledger/budget.h"
#include "ledger/name.h"
#include "ledger/table.h"

namespace concordat::ledger {
namespace {

constexpr Milliseconds kBetween{100};  // entries

std::uint64_t Entries() {
  const char* text = std::getenv("CONCORDAT_BENCH_ENTRIES");
  return text == nullptr ? 100'000 : std::strtoull(text, nullptr, 10);
}

class LongLog {
 public:
  LongLog() {
    if (const char* home = std::getenv("CONCORDAT_BENCH_HOME")) {
      folder_ = home;
      kept_ = true;
      key_ = *ReadFile(folder_ / "keys" / "ledger.key");
      key_.erase(key_.find_last_not_of('\n') + 1);
    } else {
      std::string folder = (std::filesystem::current_path() / "start-bench-XXXXXX").string();
      CHECK(mkdtemp(folder.data()) != nullptr);
      folder_ = folder;
      OsRandom random;
      key_ = crypto::SigningKey::Generate("bench", random)->SecretText();
    }
    store_ = *store::Store::Open(folder_ / "store.db", LedgerMigrations());
    CHECK(store_->Write([&](store::Transaction& transaction) { return Fill(transaction); }));
  }
  ~LongLog() {
    store_.reset();
    if (!kept_) std::filesystem::remove_all(folder_);
  }
  store::Store& store() { return *store_; }
  std::filesystem::path folds() const { return folder_ / "bench-folds"; }
  crypto::SigningKey Key() const {
    auto key = crypto::SigningKey::Parse(key_);
    CHECK(key);
    return *std::move(key);
  }

 private:
  // Charges, as most entries of a busy node are.
  Result<void> Fill(store::Transaction& transaction) const {
    sqlite3* connection = transaction.connection();
    TileEdge edge;
    const Time newest = SystemClock().Now();
    for (std::uint64_t i = 0; i < Entries(); ++i) {
      const Charge charge{
          fmt::format("{:016x}", i),
          "lewisham/adult",
          "study",
          "study",
          fmt::format("ana{}", i % 100),
          {{.mechanism = dp::Mechanism::kDiscreteGaussian, .sensitivity = 1, .scale = 1000000}}};
      const EncodedDraft draft =
          TRY(EncodeDraft({.kind = kind::kCharge, .body = ChargeBody(charge), .secret = {}}));
      const StoredEntry stored = PlaceEntry(draft, i, newest - kBetween * (Entries() - i), {});
      TRY(InsertEntry(transaction, i, stored));
      for (const std::string& name : NamesOf(draft.draft.kind, draft.draft.body))
        TRY(InsertName(transaction, name, i));
      edge.Append(LeafHash(stored.leaf));
      if (i % 4096 != 0 && i + 1 != Entries()) continue;
      for (const TileEdge::Tile& tile : edge.TakeChanged()) TRY(WriteTile(connection, tile));
    }
    return WriteCheckpoint(
        connection,
        crypto::SignNote(CheckpointText({Key().verify_key().name(), edge.size(), edge.Root()}), Key()));
  }

  std::filesystem::path folder_;
  bool kept_ = false;
  std::string key_;
  std::unique_ptr<store::Store> store_;
};

LongLog& Log() {
  static LongLog log;
  return log;
}

// Of this process, now.
double ResidentMegabytes() {
  double whole = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> whole >> resident;
  return resident * 4096 / 1e6;
}

void Open(benchmark::State& state, bool saved) {
  LongLog& log = Log();
  SystemClock clock;
  OsRandom random;
  const double before = ResidentMegabytes();
  for (auto _ : state) {
    BudgetBook budgets;
    const auto ledger = Ledger::Open(log.store(), log.Key(), clock, random, {&budgets}, log.folds());
    CHECK(ledger && (*ledger)->doubt().empty());
    CHECK((*ledger)->SaveFolds().value_or(false) != saved);
    log.store().Observe(nullptr);
  }
  state.counters["entries"] = static_cast<double>(Entries());
  state.counters["grown_MB"] = ResidentMegabytes() - before;
  state.counters["resident_MB"] = ResidentMegabytes();
}

void BM_OpenFromAllEntries(benchmark::State& state) {
  std::filesystem::remove(Log().folds());
  Open(state, false);
}
BENCHMARK(BM_OpenFromAllEntries)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_OpenFromSavedFolds(benchmark::State& state) { Open(state, true); }
BENCHMARK(BM_OpenFromSavedFolds)->Unit(benchmark::kMillisecond);

// What of opening is reading rows, parsing JSON, checking canonical form.
void BM_ReadRows(benchmark::State& state) {
  LongLog& log = Log();
  for (auto _ : state) {
    CHECK(log.store().Read([](sqlite3* connection) {
      return VisitEntries(connection, 0, [](std::uint64_t, const StoredEntry&) { return Result<void>(); });
    }));
  }
}
BENCHMARK(BM_ReadRows)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_DecodeRows(benchmark::State& state) {
  LongLog& log = Log();
  for (auto _ : state) {
    CHECK(log.store().Read([](sqlite3* connection) {
      return VisitEntries(connection, 0, [](std::uint64_t index, const StoredEntry& stored) -> Result<void> {
        TRY(DecodeEntry(index, stored));
        return {};
      });
    }));
  }
}
BENCHMARK(BM_DecodeRows)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_ProveInclusion(benchmark::State& state) {
  LongLog& log = Log();
  std::uint64_t index = 1;
  for (auto _ : state) {
    index = (index * 6364136223846793005ULL + 1442695040888963407ULL) % Entries();
    CHECK(log.store().Read([&](sqlite3* connection) -> Result<void> {
      TRY(InclusionProof(index, Entries(), TileNodes(Entries(), StoredTiles(connection))));
      return {};
    }));
  }
}
BENCHMARK(BM_ProveInclusion)->Unit(benchmark::kMicrosecond);

void BM_ProveConsistency(benchmark::State& state) {
  LongLog& log = Log();
  std::uint64_t size = 1;
  for (auto _ : state) {
    size = (size * 6364136223846793005ULL + 1442695040888963407ULL) % Entries() + 1;
    CHECK(log.store().Read([&](sqlite3* connection) -> Result<void> {
      TRY(ConsistencyProof(size, Entries(), TileNodes(Entries(), StoredTiles(connection))));
      return {};
    }));
  }
}
BENCHMARK(BM_ProveConsistency)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace concordat::ledger
