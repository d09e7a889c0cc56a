// A long log: how long its ledger takes to open, and a proof to make. The store is written row by row as the
// ledger writes it, in one transaction, because appending ten million entries would take longer than anyone
// waits. CONCORDAT_BENCH_ENTRIES sets the size (default 100,000).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/check.h"
#include "ledger/budget.h"
#include "ledger/table.h"

namespace concordat::ledger {
namespace {

std::uint64_t Entries() {
  const char* text = std::getenv("CONCORDAT_BENCH_ENTRIES");
  return text == nullptr ? 100'000 : std::strtoull(text, nullptr, 10);
}

class LongLog {
 public:
  LongLog() {
    std::string folder = (std::filesystem::current_path() / "start-bench-XXXXXX").string();
    CHECK(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    MakeKey();
    store_ = *store::Store::Open(folder_ / "store.db", LedgerMigrations());
    CHECK(store_->Write([&](store::Transaction& transaction) { return Fill(transaction.connection()); }));
  }
  ~LongLog() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  store::Store& store() { return *store_; }
  crypto::SigningKey Key() const { return *crypto::SigningKey::Parse(key_); }

 private:
  void MakeKey() {
    OsRandom random;
    key_ = crypto::SigningKey::Generate("bench", random)->SecretText();
  }
  // Charges, as most entries of a busy node are.
  Result<void> Fill(sqlite3* connection) const {
    const Charge charge{"0123456789abcdef", "lewisham/adult", "study", "ana", {}};
    TileEdge edge;
    const Time time = SystemClock().Now();
    const EncodedDraft draft =
        TRY(EncodeDraft({.kind = kind::kCharge, .body = ChargeBody(charge), .secret = {}}));
    for (std::uint64_t i = 0; i < Entries(); ++i) {
      const StoredEntry stored = PlaceEntry(draft, i, time, {});
      TRY(InsertEntry(connection, i, stored));
      edge.Append(LeafHash(stored.leaf));
      if (i % 4096 != 0 && i + 1 != Entries()) continue;
      for (const TileEdge::Tile& tile : edge.TakeChanged()) TRY(WriteTile(connection, tile));
    }
    return WriteCheckpoint(connection,
                           crypto::SignNote(CheckpointText({"bench", edge.size(), edge.Root()}), Key()));
  }

  std::filesystem::path folder_;
  std::string key_;
  std::unique_ptr<store::Store> store_;
};

LongLog& Log() {
  static LongLog log;
  return log;
}

void BM_Open(benchmark::State& state) {
  LongLog& log = Log();
  SystemClock clock;
  OsRandom random;
  for (auto _ : state) {
    BudgetBook budgets;
    CHECK(Ledger::Open(log.store(), log.Key(), clock, random, {&budgets}));
    log.store().Observe(nullptr);
  }
  state.counters["entries"] = static_cast<double>(Entries());
}
BENCHMARK(BM_Open)->Unit(benchmark::kMillisecond)->Iterations(1);

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
