// Durable appends and charges a second, by number of clients that each wait for their own.
// The figures to beat are Tessera's POSIX log on the same kind of machine: 4, 31, 247 and 30,000 to 65,000 a
// second with 1, 8, 64 and 256 clients.
#include <benchmark/benchmark.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "base/check.h"
#include "dp/scale.h"
#include "ledger/budget.h"

namespace concordat::ledger {
namespace {

constexpr int kEach = 200;  // appends a client makes in one iteration, at the most 20,000 altogether

// In the folder where the benchmark runs, so that one can choose the disk.
class Home {
 public:
  Home() {
    std::string folder = (std::filesystem::current_path() / "append-bench-XXXXXX").string();
    CHECK(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    store_ = *store::Store::Open(folder_ / "store.db", LedgerMigrations());
    ledger_ =
        *Ledger::Open(*store_, *crypto::SigningKey::Generate("bench", random_), clock_, random_, {&budgets_});
  }
  ~Home() {
    store_.reset();
    ledger_.reset();
    std::filesystem::remove_all(folder_);
  }
  Ledger& ledger() { return *ledger_; }
  const BudgetBook& budgets() const { return budgets_; }
  std::uint64_t commits() const { return store_->commits(); }

 private:
  std::filesystem::path folder_;
  SystemClock clock_;
  OsRandom random_;
  BudgetBook budgets_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Ledger> ledger_;
};

// `state.range(0)` clients call `append` side by side.
template <class Append>
void Run(benchmark::State& state, Home& home, Append append) {
  const auto clients = state.range(0);
  const std::int64_t each = std::min<std::int64_t>(kEach, 20'000 / clients);
  const std::uint64_t before = home.commits();
  for (auto _ : state) {
    std::vector<std::thread> threads;
    for (std::int64_t i = 0; i < clients; ++i) {
      threads.emplace_back([&] {
        for (std::int64_t n = 0; n < each; ++n) CHECK(append());
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  state.SetItemsProcessed(state.iterations() * clients * each);
  state.counters["entries_a_commit"] =
      static_cast<double>(state.iterations() * clients * each) / static_cast<double>(home.commits() - before);
}

void Appends(benchmark::State& state) {
  Home home;
  const Draft draft{
      .kind = "note", .body = {{"text", std::string(218, 'x')}}, .secret = {}};  // a leaf of 300 bytes
  Run(state, home, [&] { return home.ledger().Append(draft).has_value(); });
}
BENCHMARK(Appends)->Arg(1)->Arg(8)->Arg(64)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

// What a question costs the ledger: three levels of budget looked at, and the charge.
void Charges(benchmark::State& state) {
  Home home;
  const Json budget = {{"epsilon", 60}, {"delta", 1e-6}};
  CHECK(home.ledger().Append({kind::kProductPublished, {{"id", "bench/people"}, {"budget", budget}}, {}}));
  Json protection = budget;
  protection["per_analyst"] = 60;
  CHECK(home.ledger().Append({kind::kAgreementProposed,
                              {{"id", "study"},
                               {"document",
                                {{"name", "study"},
                                 {"analysts", {"ana"}},
                                 {"tables", {{"people", {"bench/people@1"}}}},
                                 {"protection", protection}}}},
                              {}}));
  const dp::Measurement count{
      dp::Mechanism::kDiscreteGaussian, dp::kNoiseScale / 100'000, dp::kNoiseScale, 1, {}};
  const Charge charge{"4f1c", "bench/people", "study", "study", "ana", {count, count}};
  Run(state, home, [&] { return Append(home.ledger(), home.budgets(), charge).value().has_value(); });
}
BENCHMARK(Charges)->Arg(1)->Arg(64)->UseRealTime()->Unit(benchmark::kMillisecond);

// Start-up: what replaying costs, an entry.
void Replays(benchmark::State& state) {
  Home home;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n)
        CHECK(home.ledger().Append({"note", {{"text", std::string(218, 'x')}}, {}}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (auto _ : state) benchmark::DoNotOptimize(home.ledger().Read(0, 12'800));
  state.SetItemsProcessed(state.iterations() * 12'800);
}
BENCHMARK(Replays)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace concordat::ledger
