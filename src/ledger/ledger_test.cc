#include "ledger/ledger.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/file.h"
#include "base/testing_random.h"
#include "ledger/budget.h"
#include "ledger/verify.h"

namespace concordat::ledger {
namespace {

// Counts entries, so that a test can see what a fold saw.
class Counter final : public Fold {
 public:
  void Apply(const Entry& entry) override { kinds.push_back(entry.kind); }
  void Clear() override { kinds.clear(); }
  std::vector<std::string> kinds;
};

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-ledger-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    Open();
  }
  ~LedgerTest() override {
    Close();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    store_ = *store::Store::Open(File(), LedgerMigrations());
    auto opened = Ledger::Open(*store_, Key(), clock_, random_, {&counter_, &budgets_});
    ASSERT_TRUE(opened) << opened.error().message;
    ledger_ = std::move(*opened);
  }
  void Close() {
    store_.reset();  // the writer thread ends before its observer goes
    ledger_.reset();
  }
  crypto::SigningKey Key() const {
    SeededRandom random(5);
    return *crypto::SigningKey::Generate("lewisham", random);
  }
  std::filesystem::path File() const { return folder_ / "store.db"; }
  Verification Verified() const { return *Verify(*store_, ledger_->key(), [](std::uint64_t) {}); }

  void SetBudget(double epsilon) {
    ASSERT_TRUE(ledger_->Append({"product.published", {{"id", "lewisham/adult"}, {"budget", {{"epsilon", epsilon}, {"delta", 1e-6}}}}, {}}));
    ASSERT_TRUE(ledger_->Append({"agreement.proposed",
                                 {{"document",
                                   {{"name", "study"},
                                    {"analysts", {"ana@lewisham", "ben@lewisham"}},
                                    {"tables", {{"people", {"lewisham/adult@1"}}}},
                                    {"protection", {{"epsilon", epsilon}, {"delta", 1e-6}, {"per_analyst", epsilon}}}}}},
                                 {}}));
  }
  static Charge Question(std::uint64_t steps) {
    return {"q", "lewisham/adult", "study", "ana", {{dp::Mechanism::kDiscreteGaussian, steps, 1 << 20, 1, {}}}};
  }

  std::filesystem::path folder_;
  ManualClock clock_{*ParseTime("2026-11-23T07:10:04Z")};
  SeededRandom random_{7};
  Counter counter_;
  BudgetBook budgets_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(LedgerTest, KeepsEntriesOverARestart) {
  for (int i = 0; i < 700; ++i) ASSERT_TRUE(ledger_->Append({"note", {{"n", i}}, Json{{"hidden", i}}}));
  const Checkpoint head = ledger_->Head();
  Close();
  Open();
  EXPECT_EQ(ledger_->Head(), head);
  EXPECT_EQ(counter_.kinds.size(), 700U);
  const auto entries = ledger_->Read(650, 100);
  ASSERT_EQ(entries->size(), 50U);
  EXPECT_EQ(entries->front().index, 650U);
  EXPECT_EQ(entries->front().body, Json({{"n", 650}}));
  EXPECT_EQ(*entries->front().secret, Json({{"hidden", 650}}));
  EXPECT_TRUE(Verified().ok()) << Verified().faults.front();
}

TEST_F(LedgerTest, ProvesThatAnEntryIsOnIt) {
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(ledger_->Append({"note", {{"n", i}}, {}}));
  const Checkpoint head = ledger_->Head();
  for (const std::uint64_t index : {0U, 255U, 256U, 511U, 599U}) {
    const auto proof = ledger_->ProveInclusion(index, head.size);
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_TRUE(VerifyInclusion(index, head.size, *ledger_->LeafHashOf(index), *proof, head.root)) << index;
    EXPECT_FALSE(VerifyInclusion(index, head.size, *ledger_->LeafHashOf((index + 1) % 600), *proof, head.root)) << index;
  }
}

TEST_F(LedgerTest, WritesNothingOnARefusal) {
  const auto refused = ledger_->AppendIf({"note", Json::object(), {}}, [] { return Refuse("no", "no", "no"); });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error().reason, "no");
  EXPECT_EQ(ledger_->Head().size, 0U);
  EXPECT_TRUE(counter_.kinds.empty());
}

TEST_F(LedgerTest, DoesNotTurnBackWithTheClock) {
  const Time before = ledger_->Append({"note", Json::object(), {}})->time;
  clock_.Advance(std::chrono::hours(-3));
  EXPECT_EQ(ledger_->Append({"note", Json::object(), {}})->time, before);
  EXPECT_EQ(ledger_->ClockBehind(), std::chrono::hours(3));
}

TEST_F(LedgerTest, LeavesNoTraceOfAGroupThatFailed) {
  ASSERT_TRUE(ledger_->Append({"note", Json::object(), {}}));
  const Checkpoint head = ledger_->Head();
  ASSERT_TRUE(store_->Write([](store::Transaction& t) { return store::Execute(t.connection(), "PRAGMA max_page_count = 20"); }));
  EXPECT_FALSE(ledger_->Append({"note", Json::object(), Json(std::string(1 << 20, 'x'))}));
  EXPECT_EQ(ledger_->Head(), head);
  EXPECT_EQ(counter_.kinds.size(), 1U);
  ASSERT_TRUE(store_->Write([](store::Transaction& t) { return store::Execute(t.connection(), "PRAGMA max_page_count = 100000"); }));
  EXPECT_TRUE(ledger_->Append({"note", Json::object(), {}}));
  EXPECT_TRUE(Verified().ok());
}

TEST_F(LedgerTest, RefusesAnotherMembersStore) {
  ASSERT_TRUE(ledger_->Append({"note", Json::object(), {}}));
  ledger_.reset();
  SeededRandom random(6);
  EXPECT_FALSE(Ledger::Open(*store_, *crypto::SigningKey::Generate("lewisham", random), clock_, random_, {}));
}

TEST_F(LedgerTest, HoldsBudgetsAtEveryLevel) {
  SetBudget(1);
  const std::uint64_t steps = (1 << 20) / 50;  // sigma of 50 counts
  int granted = 0;
  Refusal refusal;
  for (int i = 0; i < 200; ++i) {
    const auto charged = Append(*ledger_, budgets_, Question(steps));
    ASSERT_TRUE(charged);
    if (*charged) {
      ++granted;
    } else {
      refusal = charged->error();
    }
  }
  EXPECT_GE(granted, 121);  // numbers.md: zCDP's count within (1, 1e-6)
  EXPECT_LT(granted, 200);
  EXPECT_EQ(refusal.reason, "budget_exhausted");
  EXPECT_EQ(refusal.sqlstate, "53400");
  for (const LevelState& state : budgets_.Report()) EXPECT_LE(state.spent.value, state.limit.epsilon.value);
  Charge unknown = Question(steps);
  unknown.product = "lewisham/other";
  EXPECT_EQ(Append(*ledger_, budgets_, unknown)->error().reason, "budget_unknown");
}

TEST_F(LedgerTest, NeverOverspendsUnderConcurrentCharges) {
  SetBudget(1);
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 40; ++j) granted += Append(*ledger_, budgets_, Question((1 << 20) / 50))->has_value() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto before = budgets_.Report();
  for (const LevelState& state : before) {
    EXPECT_LE(state.spent.value, state.limit.epsilon.value);
  }
  Close();
  Open();
  const auto after = budgets_.Report();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].spent, before[i].spent);
  EXPECT_GE(granted.load(), 121);
}

TEST_F(LedgerTest, ReadsBackWhatAChargeSays) {
  Charge charge = Question(12345);
  charge.measurements.push_back({dp::Mechanism::kDiscreteLaplace, 7, 1 << 20, 3, {1e-9}});
  const auto again = ChargeFromBody(ChargeBody(charge));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->measurements, charge.measurements);
  EXPECT_FALSE(ChargeFromBody({{"question", "q"}}));
}

// Everything that anything reads from a store, as one text.
std::string Dump(const std::filesystem::path& file) {
  sqlite3* connection = nullptr;
  std::string dump;
  if (sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    const auto add = [](void* out, int columns, char** values, char**) {
      for (int i = 0; i < columns; ++i) *static_cast<std::string*>(out) += values[i] == nullptr ? "~" : std::string(values[i]) + "|";
      return 0;
    };
    for (const char* sql : {"SELECT number, hex(leaf), hex(salt), hex(secret) FROM entry ORDER BY number",
                            "SELECT level, number, hex(hashes) FROM tile ORDER BY level, number", "SELECT only, note FROM checkpoint"}) {
      if (sqlite3_exec(connection, sql, add, &dump, nullptr) != SQLITE_OK) dump += "unreadable";
    }
  }
  sqlite3_close(connection);
  return dump;
}

// A flipped bit is found, or changes nothing that anything reads (space within pages that holds nothing).
TEST_F(LedgerTest, FindsAFlippedBitAnywhereInTheStore) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(ledger_->Append({"note", {{"n", i}}, Json(std::string(40, 'x'))}));
  const crypto::VerifyKey key = ledger_->key();
  ASSERT_TRUE(store_->Backup(folder_ / "whole.db"));  // one file without its WAL
  const std::string whole = *ReadFile(folder_ / "whole.db");
  const std::string contents = Dump(folder_ / "whole.db");
  std::mt19937 positions(20261123);
  int found = 0;
  constexpr int kFlips = 400;
  for (int i = 0; i < kFlips; ++i) {
    const auto bit = std::uniform_int_distribution<std::size_t>(0, whole.size() * 8 - 1)(positions);
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto file = folder_ / "flipped.db";
    std::ofstream(file, std::ios::binary) << flipped;
    const auto store = store::Store::Open(file, LedgerMigrations());
    const auto verified = store ? Verify(**store, key, [](std::uint64_t) {}) : tl::unexpected(store.error());
    if (!verified || !verified->ok()) {
      ++found;
    } else {
      EXPECT_EQ(Dump(file), contents) << "bit " << bit << " was changed and not found";
    }
    for (const char* tail : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(file.string() + tail);
  }
  EXPECT_GT(found, kFlips / 2);  // most of the file holds something
}

TEST_F(LedgerTest, FindsWhatSqlTookAwayOrPutIn) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(ledger_->Append({"note", {{"n", i}}, Json("x")}));
  const struct { const char* name; const char* sql; const char* fault; } cases[] = {
      {"last entry", "DELETE FROM entry WHERE number = 299", "does not hold the hashes"},
      {"middle entry", "DELETE FROM entry WHERE number = 7", "entry 7 is missing"},
      {"tile", "DELETE FROM tile WHERE level = 0 AND number = 0", "is missing"},
      {"extra tile", "INSERT INTO tile VALUES (3, 9, x'00')", "no entry accounts for"},
      {"checkpoint", "DELETE FROM checkpoint", "not a signed note"},
      {"secret", "UPDATE entry SET salt = x'', secret = x'' WHERE number = 3", "its secret part is gone"},
      {"swapped secrets", "UPDATE entry SET secret = CAST('\"y\"' AS BLOB) WHERE number = 3", "not the one committed to"},
      {"swapped leaves", "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE number = 4) WHERE number = 3", "not shaped as an entry"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ASSERT_TRUE(store_->Backup(folder_ / "copy.db"));
    {
      const auto copy = *store::Store::Open(folder_ / "copy.db", LedgerMigrations());
      ASSERT_TRUE(copy->Write([&](store::Transaction& t) { return store::Execute(t.connection(), c.sql); }));
      const auto verified = Verify(*copy, ledger_->key(), [](std::uint64_t) {});
      ASSERT_TRUE(verified);
      const bool said = std::any_of(verified->faults.begin(), verified->faults.end(),
                                    [&](const std::string& fault) { return fault.find(c.fault) != std::string::npos; });
      EXPECT_TRUE(said) << (verified->faults.empty() ? "no fault found" : verified->faults.front());
    }
    for (const char* tail : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove((folder_ / "copy.db").string() + tail);
  }
}

}  // namespace
}  // namespace concordat::ledger
