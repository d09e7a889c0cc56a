#include "store/store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

namespace concordat::store {
namespace {

const Migrations kMigrations = {"CREATE TABLE item (value INTEGER NOT NULL, payload BLOB)"};

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-store-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
  }
  ~StoreTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path File() const { return folder_ / "store.db"; }

  std::filesystem::path folder_;
};

Result<void> Insert(Transaction& transaction, std::int64_t value, std::size_t bytes = 0) {
  Statement insert = TRY(Statement::Prepare(transaction.connection(), "INSERT INTO item VALUES (?1, ?2)"));
  return insert.Bind(1, value).Bind(2, Bytes(bytes, 7)).Run();
}

std::vector<std::int64_t> Values(const Store& store) {
  std::vector<std::int64_t> values;
  const auto read = store.Read([&](sqlite3* connection) -> Result<void> {
    Statement select = TRY(Statement::Prepare(connection, "SELECT value FROM item ORDER BY rowid"));
    while (TRY(select.Step())) values.push_back(select.Integer(0));
    return {};
  });
  EXPECT_TRUE(read);
  return values;
}

TEST_F(StoreTest, KeepsWhatItAcknowledgedOverARestart) {
  {
    const auto store = *Store::Open(File(), kMigrations);
    EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1); }));
  }
  const auto store = Store::Open(File(), kMigrations);
  ASSERT_TRUE(store);
  EXPECT_EQ(Values(**store), std::vector<std::int64_t>{1});
}

TEST_F(StoreTest, UndoesAFailedWriteAlone) {
  const auto store = *Store::Open(File(), kMigrations);
  const auto failed = store->Write([](Transaction& t) -> Result<void> {
    TRY(Insert(t, 1));
    return Fail(ErrorCode::kFailedPrecondition, "changed its mind");
  });
  EXPECT_EQ(failed.error().message, "changed its mind");
  EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 2); }));
  EXPECT_EQ(Values(*store), std::vector<std::int64_t>{2});
}

TEST_F(StoreTest, CommitsWritesOfManyThreadsInGroups) {
  const auto store = *Store::Open(File(), kMigrations);
  constexpr int kThreads = 16, kEach = 50;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) EXPECT_TRUE(store->Write([j](Transaction& t) { return Insert(t, j); }));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Values(*store).size(), static_cast<std::size_t>(kThreads * kEach));
  EXPECT_LT(store->commits(), static_cast<std::uint64_t>(kThreads * kEach) / 2);
}

// A commit hook that fails, as a checkpoint that cannot be signed would.
class Vetoing final : public BatchObserver {
 public:
  Result<void> BeforeCommit(Transaction&) override {
    if (veto) return Fail(ErrorCode::kInternal, "vetoed");
    return {};
  }
  void AfterBatch(bool committed) override { (committed ? kept : undone)++; }
  bool veto = false;
  int kept = 0, undone = 0;
};

TEST_F(StoreTest, UndoesAGroupWhoseObserverFails) {
  Vetoing observer;
  const auto store = *Store::Open(File(), kMigrations);
  store->Observe(&observer);
  EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1); }));
  observer.veto = true;
  EXPECT_EQ(store->Write([](Transaction& t) { return Insert(t, 2); }).error().message, "vetoed");
  observer.veto = false;
  EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 3); }));
  EXPECT_EQ(Values(*store), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(observer.kept, 2);
  EXPECT_EQ(observer.undone, 1);
}

TEST_F(StoreTest, IsClosedToASecondOpener) {
  const auto store = *Store::Open(File(), kMigrations);
  const auto second = Store::Open(File(), kMigrations);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find(std::to_string(getpid())), std::string::npos) << second.error().message;
}

TEST_F(StoreTest, MigratesForwardAndRefusesANewerStore) {
  Migrations later = kMigrations;
  later.push_back("ALTER TABLE item ADD COLUMN note TEXT");
  { ASSERT_TRUE(Store::Open(File(), kMigrations)); }
  { ASSERT_TRUE(Store::Open(File(), later)); }
  const auto older = Store::Open(File(), kMigrations);
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(StoreTest, RefusesForeignAndDamagedFiles) {
  std::ofstream(File()) << std::string(8192, 'x');
  EXPECT_EQ(Store::Open(File(), kMigrations).error().code, ErrorCode::kCorrupt);
  std::filesystem::remove(File());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(File().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE theirs (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(Store::Open(File(), kMigrations).error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(StoreTest, SaysThatTheDiskIsFullAndGoesOnOnceThereIsRoom) {
  const auto store = *Store::Open(File(), kMigrations);
  ASSERT_TRUE(store->Write([](Transaction& t) { return Execute(t.connection(), "PRAGMA max_page_count = 20"); }));
  const auto full = store->Write([](Transaction& t) { return Insert(t, 1, 1 << 20); });
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kResourceExhausted) << full.error().message;
  ASSERT_TRUE(store->Write([](Transaction& t) { return Execute(t.connection(), "PRAGMA max_page_count = 100000"); }));
  EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 2, 1 << 20); }));
  EXPECT_EQ(Values(*store), std::vector<std::int64_t>{2});
}

TEST_F(StoreTest, BacksUpWhileInUse) {
  const auto store = *Store::Open(File(), kMigrations);
  ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1); }));
  ASSERT_TRUE(store->Backup(folder_ / "copy.db"));
  EXPECT_EQ(store->Backup(folder_ / "copy.db").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(Values(**Store::Open(folder_ / "copy.db", kMigrations)), std::vector<std::int64_t>{1});
}

// A child writes 1, 2, 3, … from four threads and reports each number once it is acknowledged, until it is killed.
[[noreturn]] void WriteUntilKilled(const std::filesystem::path& file, int report) {
  const auto store = *Store::Open(file, kMigrations);
  std::atomic<std::int64_t> next{static_cast<std::int64_t>(Values(*store).size()) + 1};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (;;) {
        const std::int64_t value = next++;
        if (!store->Write([value](Transaction& t) { return Insert(t, value); })) _exit(1);
        if (write(report, &value, sizeof value) != sizeof value) _exit(1);
      }
    });
  }
  for (;;) pause();
}

TEST_F(StoreTest, KeepsEverythingAcknowledgedUnderKill9) {
  std::mt19937 moments(20261123);
  std::vector<std::int64_t> acknowledged;
  { ASSERT_TRUE(Store::Open(File(), kMigrations)); }
  for (int trial = 0; trial < 25; ++trial) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) WriteUntilKilled(File(), ends[1]);
    close(ends[1]);
    usleep(std::uniform_int_distribution<useconds_t>(1'000, 60'000)(moments));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::int64_t value = 0;
    while (read(ends[0], &value, sizeof value) == sizeof value) acknowledged.push_back(value);
    close(ends[0]);
    const auto store = Store::Open(File(), kMigrations);
    ASSERT_TRUE(store) << store.error().message;
    auto kept = Values(**store);
    std::sort(kept.begin(), kept.end());
    for (const std::int64_t seen : acknowledged) EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), seen)) << seen;
  }
  EXPECT_FALSE(acknowledged.empty());
}

}  // namespace
}  // namespace concordat::store
