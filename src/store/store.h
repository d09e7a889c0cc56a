// Durable state: one SQLite file with one writer that commits in groups.
//
// WAL with synchronous=FULL: what Write acknowledged survives kill -9 and power loss as far as the disk keeps
// its word. Format: docs/formats/store.md.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "store/connection.h"
#include "store/lock.h"
#include "store/schema.h"
#include "store/statement.h"

namespace concordat::store {

// What a write sees: the writer's connection, inside a transaction.
class Transaction {
 public:
  using Kept = std::map<std::string, Statement, std::less<>>;  // by their SQL
  Transaction(sqlite3* connection, Kept& kept) : connection_(connection), kept_(kept) {}
  sqlite3* connection() const { return connection_; }
  // A statement that is made once and kept for all transactions, ready to be bound. Reset it after use.
  Result<Statement*> Prepared(std::string_view sql);

 private:
  sqlite3* connection_;
  Kept& kept_;
};

// Called by the writer thread around each group of writes.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  // Before COMMIT, in the same transaction; an error fails the whole group.
  virtual Result<void> BeforeCommit(Transaction& transaction) = 0;
  // After COMMIT or, with `committed` false, after the group was rolled back.
  virtual void AfterBatch(bool committed) = 0;
};

// Threading: Write and Read from any thread; one Store a process and file.
class Store {
 public:
  using WriteFunction = std::function<Result<void>(Transaction&)>;

  // Errors: kUnavailable when another process has it; kCorrupt when SQLite's own check fails (of a file up to
  // 64 MB: a larger one is for Check, while it is used) or its tables are not ours; kFailedPrecondition when
  // another program or a newer version wrote it; kPermissionDenied when it can only be read.
  static Result<std::unique_ptr<Store>> Open(const std::filesystem::path& file, const Migrations& migrations);
  ~Store();  // commits what is queued

  // Before the first Write. The observer must outlive the store's last Write.
  void Observe(BatchObserver* observer) { observer_ = observer; }

  // Runs `write` on the writer thread in a savepoint of its own, and returns once its group is durable, or
  // with the error that undid it: its own, or the group's. Writes run one after the other, in the order of
  // their calls. Never call it from inside a write. Errors: kResourceExhausted when the disk is full (later
  // writes may work); kUnavailable for good once the disk failed to confirm a group, since nobody can say
  // which part of it was kept until the store is reopened.
  Result<void> Write(WriteFunction write);
  // Runs `read` on a connection of its own, which sees one moment at or after the call. Reads run side by
  // side.
  Result<void> Read(const std::function<Result<void>(sqlite3*)>& read) const;

  // SQLite's own check of every page: a second or so for each GB. Errors: kCorrupt.
  Result<void> Check() const;
  // A consistent copy while the store is in use; see backup.h.
  Result<void> Backup(const std::filesystem::path& file) const;
  // Removes deleted bytes from the WAL too, so that what was erased is in none of the store's files.
  Result<void> Scrub();
  // How many groups were committed: fewer than writes, under load.
  std::uint64_t commits() const { return commits_.load(); }

 private:
  struct Pending;

  Store(std::filesystem::path file, FileLock lock);
  Result<void> Start(const Migrations& migrations);
  void RunWriter();
  void FinishGroup(const std::vector<Pending*>& group);
  Result<void> CommitGroup(const std::vector<Pending*>& group);
  Result<void> RunOne(Transaction& transaction, Pending& pending);
  Result<Connection> TakeReader() const;
  void ReturnReader(Connection reader) const;

  std::filesystem::path file_;
  FileLock lock_;
  std::optional<Connection> writer_;
  Transaction::Kept kept_;  // of the writer's statements; goes before it
  BatchObserver* observer_ = nullptr;
  std::atomic<std::uint64_t> commits_{0};
  std::optional<Error> broken_;  // writer thread alone: why no write is taken any more

  mutable std::mutex readers_mutex_;
  mutable std::vector<Connection> readers_;  // idle ones

  std::mutex mutex_;
  std::condition_variable queued_;
  std::deque<Pending*> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace concordat::store
