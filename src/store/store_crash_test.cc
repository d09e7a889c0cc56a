// What was acknowledged is there: after kill -9, a full disk, a disk that does not confirm.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "store/backup.h"
#include "store/testing_disk.h"
#include "store/testing_store.h"

namespace concordat::store {
namespace {

class StoreCrashTest : public testing::Test {
 protected:
  std::filesystem::path File() const { return folder_ / "store.db"; }
  Result<std::unique_ptr<Store>> Open() const { return Store::Open(File(), ItemMigrations()); }

  TemporaryFolder folder_;
};

TEST_F(StoreCrashTest, SaysThatTheDiskIsFullAndGoesOnOnceThereIsRoom) {
  const auto store = *Open();
  const auto limit = [&](const char* sql) {
    return store->Write([sql](Transaction& t) { return Execute(t.connection(), sql); });
  };
  ASSERT_TRUE(limit("PRAGMA max_page_count = 20"));
  const auto full = store->Write([](Transaction& t) { return Insert(t, 1, 1 << 20); });
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kResourceExhausted) << full.error().message;
  ASSERT_TRUE(limit("PRAGMA max_page_count = 100000"));
  EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 2, 1 << 20); }));
  EXPECT_EQ(Values(*store), std::vector<std::int64_t>{2});
}

// RLIMIT_FSIZE: the system itself refuses to let the file grow.
TEST_F(StoreCrashTest, SurvivesTheSystemsLimitOnFiles) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const auto store = *Open();
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    if (!store->Write([](Transaction& t) { return Insert(t, 1); })) _exit(1);
    const auto full = store->Write([](Transaction& t) { return Insert(t, 2, 4 << 20); });
    if (full || full.error().code != ErrorCode::kResourceExhausted) _exit(2);
    _exit(store->Write([](Transaction& t) { return Insert(t, 3); }) ? 0 : 3);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Values(**Open()), (std::vector<std::int64_t>{1, 3}));
}

TEST_F(StoreCrashTest, AsksTheDiskOnceForOneWrite) {
  FaultyDisk disk;
  const auto store = *Open();
  ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 0); }));
  const std::int64_t before = disk.syncs;
  for (int i = 1; i <= 50; ++i) ASSERT_TRUE(store->Write([i](Transaction& t) { return Insert(t, i); }));
  EXPECT_EQ(disk.syncs - before, 50);
}

// Writes 1, 2, 3, … until one fails; the numbers that were acknowledged.
std::vector<std::int64_t> WriteUntilFailure(Store& store, Error& failure) {
  std::vector<std::int64_t> acknowledged;
  for (std::int64_t value = 1; value <= 30; ++value) {
    const auto written = store.Write([value](Transaction& t) { return Insert(t, value, 3000); });
    if (!written) {
      failure = written.error();
      break;
    }
    acknowledged.push_back(value);
  }
  return acknowledged;
}

TEST_F(StoreCrashTest, KeepsWhatItAcknowledgedWhicheverWriteFails) {
  for (int writes = 0; writes < 60; writes += 3) {
    SCOPED_TRACE(writes);
    for (const char* name : {"store.db", "store.db.lock"}) std::filesystem::remove(folder_ / name);
    FaultyDisk disk;
    std::vector<std::int64_t> acknowledged;
    Error failure;
    {
      const auto store = *Open();
      disk.writes_left = writes;
      acknowledged = WriteUntilFailure(*store, failure);
      EXPECT_EQ(failure.code, ErrorCode::kResourceExhausted) << failure.message;
      disk.writes_left = FaultyDisk::kNever;
      EXPECT_EQ(Values(*store), acknowledged);
      EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 99); }));
    }
    acknowledged.push_back(99);
    EXPECT_EQ(Values(**Open()), acknowledged);
  }
}

TEST_F(StoreCrashTest, TakesNoMoreOnceTheDiskDidNotConfirm) {
  for (int syncs = 0; syncs < 10; ++syncs) {
    SCOPED_TRACE(syncs);
    for (const char* name : {"store.db", "store.db.lock"}) std::filesystem::remove(folder_ / name);
    FaultyDisk disk;
    std::vector<std::int64_t> acknowledged;
    Error failure;
    {
      const auto store = *Open();
      disk.syncs_left = syncs;
      acknowledged = WriteUntilFailure(*store, failure);
      EXPECT_EQ(failure.code, ErrorCode::kUnavailable) << failure.message;
      disk.syncs_left = FaultyDisk::kNever;
      EXPECT_EQ(Values(*store), acknowledged);
      const auto later = store->Write([](Transaction& t) { return Insert(t, 99); });
      ASSERT_FALSE(later);
      EXPECT_EQ(later.error().code, ErrorCode::kUnavailable);
    }
    const auto kept = Values(**Open());
    ASSERT_GE(kept.size(), acknowledged.size());
    EXPECT_TRUE(std::equal(acknowledged.begin(), acknowledged.end(), kept.begin()));
  }
}

// A child writes 1, 2, 3, … from four threads and reports each number once it is acknowledged, until it is
// killed.
[[noreturn]] void WriteUntilKilled(const std::filesystem::path& file, int report) {
  const auto store = *Store::Open(file, ItemMigrations());
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

TEST_F(StoreCrashTest, KeepsEverythingAcknowledgedUnderKill9) {
  std::mt19937 moments(20261123);
  std::vector<std::int64_t> acknowledged;
  { ASSERT_TRUE(Open()); }
  for (int trial = 0; trial < 40; ++trial) {
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
    const auto store = Open();
    ASSERT_TRUE(store) << store.error().message;
    auto kept = Values(**store);
    std::sort(kept.begin(), kept.end());
    for (const std::int64_t seen : acknowledged)
      EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), seen)) << seen;
  }
  EXPECT_FALSE(acknowledged.empty());
}

}  // namespace
}  // namespace concordat::store
