#include "store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"
#include "store/backup.h"
#include "store/testing_store.h"

namespace concordat::store {
namespace {

class StoreTest : public testing::Test {
 protected:
  std::filesystem::path File() const { return folder_ / "store.db"; }
  Result<std::unique_ptr<Store>> Open() const { return Store::Open(File(), ItemMigrations()); }

  TemporaryFolder folder_;
};

TEST_F(StoreTest, KeepsWhatItAcknowledgedOverARestart) {
  {
    const auto store = *Open();
    EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1); }));
  }
  const auto store = Open();
  ASSERT_TRUE(store);
  EXPECT_EQ(Values(**store), std::vector<std::int64_t>{1});
}

TEST_F(StoreTest, LetsNobodyElseReadItsFiles) {
  const auto store = *Open();
  ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1); }));
  ASSERT_TRUE(store->Backup(folder_ / "copy.db"));
  for (const char* name : {"store.db", "store.db-wal", "store.db-shm", "store.db.lock", "copy.db"}) {
    struct stat status {};
    ASSERT_EQ(stat((folder_ / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
  }
}

TEST_F(StoreTest, UndoesAFailedWriteAlone) {
  const auto store = *Open();
  const auto failed = store->Write([](Transaction& t) -> Result<void> {
    TRY(Insert(t, 1));
    return Fail(ErrorCode::kFailedPrecondition, "changed its mind");
  });
  EXPECT_EQ(failed.error().message, "changed its mind");
  EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 2); }));
  EXPECT_EQ(Values(*store), std::vector<std::int64_t>{2});
}

TEST_F(StoreTest, CommitsWritesOfManyThreadsInGroupsAndUndoesTheirFailuresAlone) {
  const auto store = *Open();
  constexpr int kThreads = 16, kEach = 60;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) {
        const auto written = store->Write([j](Transaction& t) -> Result<void> {
          TRY(Insert(t, j));
          if (j % 3 == 0) return Fail(ErrorCode::kCancelled, "every third");
          return {};
        });
        EXPECT_EQ(written.has_value(), j % 3 != 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto values = Values(*store);
  EXPECT_EQ(values.size(), static_cast<std::size_t>(kThreads * kEach * 2 / 3));
  EXPECT_TRUE(std::all_of(values.begin(), values.end(), [](std::int64_t value) { return value % 3 != 0; }));
  EXPECT_LT(store->commits(), static_cast<std::uint64_t>(kThreads * kEach) / 2);
}

TEST_F(StoreTest, ReadsSeeOneMomentSideBySide) {
  const auto store = *Open();
  ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1); }));
  const auto outer = store->Read([&](sqlite3* connection) -> Result<void> {
    Statement count = TRY(Statement::Prepare(connection, "SELECT count(*) FROM item"));
    TRY(count.Step());
    EXPECT_EQ(count.Integer(0), 1);
    count.Reset();
    // Neither a write nor another read waits for this one, and this one does not see them.
    EXPECT_TRUE(store->Write([](Transaction& t) { return Insert(t, 2); }));
    EXPECT_EQ(Values(*store).size(), 2U);
    TRY(count.Step());
    EXPECT_EQ(count.Integer(0), 1);
    return {};
  });
  EXPECT_TRUE(outer);
  const auto written =
      store->Read([](sqlite3* connection) { return Execute(connection, "DELETE FROM item"); });
  EXPECT_FALSE(written) << "a read could write";
  EXPECT_EQ(Values(*store).size(), 2U);
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
  const auto store = *Open();
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
  const auto store = *Open();
  const auto second = Open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find(std::to_string(getpid())), std::string::npos)
      << second.error().message;
}

TEST_F(StoreTest, IsClosedToASecondProcess) {
  const auto store = *Open();
  const pid_t child = fork();
  if (child == 0) {
    const auto second = Open();
    const bool named = !second && second.error().message.find(std::to_string(getppid())) != std::string::npos;
    _exit(named ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "the second process was let in, or not told who has the store";
}

TEST_F(StoreTest, MigratesForwardAndRefusesANewerStore) {
  Migrations later = ItemMigrations();
  later.push_back("ALTER TABLE item ADD COLUMN note TEXT");
  {
    const auto store = *Open();
    ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1); }));
  }
  {
    const auto store = Store::Open(File(), later);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(Values(**store), std::vector<std::int64_t>{1});
  }
  const auto older = Open();
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(older.error().message.find("version 2"), std::string::npos) << older.error().message;
}

TEST_F(StoreTest, LeavesTheOldStoreWhenAMigrationFails) {
  { ASSERT_TRUE(Open()); }
  Migrations broken = ItemMigrations();
  broken.insert(broken.end(), {"CREATE TABLE half (x)", "CREATE TABLE half (x)"});
  EXPECT_FALSE(Store::Open(File(), broken));
  EXPECT_TRUE(Open());
}

TEST_F(StoreTest, RefusesFilesThatAreNotItsOwnAndLeavesThemAsTheyWere) {
  const struct {
    const char* name;
    const char* sql;  // run on a fresh database; null: the file is no database at all
    bool ours;
    ErrorCode code;
  } cases[] = {
      {"not a database", nullptr, false, ErrorCode::kCorrupt},
      {"another program's", "CREATE TABLE theirs (x)", false, ErrorCode::kFailedPrecondition},
      {"another program's, empty", "PRAGMA application_id = 5; PRAGMA user_version = 1", false,
       ErrorCode::kFailedPrecondition},
      {"a table more", "CREATE TABLE more (x)", true, ErrorCode::kCorrupt},
      {"a table less", "DROP TABLE item", true, ErrorCode::kCorrupt},
      {"a trigger", "CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM item; END", true,
       ErrorCode::kCorrupt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (const char* name : {"store.db", "store.db.lock"}) std::filesystem::remove(folder_ / name);
    if (c.ours) ASSERT_TRUE(Open());
    if (c.sql == nullptr) {
      std::ofstream(File()) << std::string(8192, 'x');
    } else {
      sqlite3* other = nullptr;
      ASSERT_EQ(sqlite3_open(File().c_str(), &other), SQLITE_OK);
      ASSERT_EQ(sqlite3_exec(other, c.sql, nullptr, nullptr, nullptr), SQLITE_OK);
      sqlite3_close(other);
    }
    const std::string before = *ReadFile(File());
    const auto opened = Open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, c.code) << opened.error().message;
    EXPECT_EQ(*ReadFile(File()), before);
  }
}

TEST_F(StoreTest, DoesNotTakeALostStoreForANewOne) {
  { ASSERT_TRUE(Open()); }
  std::filesystem::resize_file(File(), 0);
  EXPECT_EQ(Open().error().code, ErrorCode::kCorrupt);
  std::filesystem::remove(File());
  EXPECT_EQ(Open().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(Open().error().code, ErrorCode::kCorrupt) << "trying made it forget";
  std::filesystem::remove(folder_ / "store.db.lock");
  EXPECT_TRUE(Open());
}

TEST_F(StoreTest, SaysWhenTheHomeIsMissingOrCanOnlyBeRead) {
  EXPECT_EQ(Store::Open(folder_ / "none/store.db", ItemMigrations()).error().code, ErrorCode::kNotFound);
  { ASSERT_TRUE(Open()); }
  // Root may write everywhere, so a child that is nobody tries.
  const pid_t child = fork();
  if (child == 0) {
    chmod(folder_.path().c_str(), 0755);
    for (const char* name : {"store.db", "store.db.lock"}) chmod((folder_ / name).c_str(), 0444);
    if (getuid() == 0 && setuid(65534) != 0) _exit(2);
    const auto opened = Open();
    _exit(!opened && opened.error().code == ErrorCode::kPermissionDenied ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(StoreTest, BacksUpWhileInUse) {
  const auto store = *Open();
  ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1, 100'000); }));
  ASSERT_TRUE(store->Backup(folder_ / "copy.db"));
  EXPECT_EQ(store->Backup(folder_ / "copy.db").error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(store->Backup(folder_ / "none/copy.db").error().code, ErrorCode::kPermissionDenied);
  EXPECT_TRUE(CheckBackup(folder_ / "copy.db", ItemMigrations()));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "copy.db-wal"));
  EXPECT_EQ(Values(**Store::Open(folder_ / "copy.db", ItemMigrations())), std::vector<std::int64_t>{1});
}

TEST_F(StoreTest, TellsADamagedBackupFromAWholeOne) {
  {
    const auto store = *Open();
    ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1, 100'000); }));
    ASSERT_TRUE(store->Backup(folder_ / "copy.db"));
  }
  const std::string whole = *ReadFile(folder_ / "copy.db");
  const auto changed = [&](std::string content) {
    std::ofstream(folder_ / "copy.db", std::ios::binary) << content;
    return CheckBackup(folder_ / "copy.db", ItemMigrations());
  };
  EXPECT_FALSE(changed(whole.substr(0, whole.size() / 2)));
  std::string flipped = whole;
  flipped[4096] = static_cast<char>(flipped[4096] ^ 4);  // the kind of the table's first page
  EXPECT_FALSE(changed(flipped));
  EXPECT_EQ(changed("").error().code, ErrorCode::kFailedPrecondition);
  EXPECT_TRUE(changed(whole));
  EXPECT_EQ(CheckBackup(folder_ / "none.db", ItemMigrations()).error().code, ErrorCode::kNotFound);
}

TEST_F(StoreTest, ScrubbingLeavesNothingOfWhatWasDeleted) {
  const auto store = *Open();
  const auto holds = [&] {
    std::string all;
    for (const char* name : {"store.db", "store.db-wal"}) all += *ReadFile(folder_ / name);
    return all.find(std::string(500, '\7')) != std::string::npos;
  };
  ASSERT_TRUE(store->Write([](Transaction& t) { return Insert(t, 1, 1000); }));
  EXPECT_TRUE(holds());
  ASSERT_TRUE(store->Write([](Transaction& t) { return Execute(t.connection(), "DELETE FROM item"); }));
  ASSERT_TRUE(store->Scrub());
  EXPECT_FALSE(holds());
}

}  // namespace
}  // namespace concordat::store
