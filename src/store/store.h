// Durable state: one SQLite file with one writer that commits in groups.
//
// WAL with synchronous=FULL: what Write acknowledged survives kill -9 and power loss as far as the disk keeps its word.
// Format: docs/formats/store.md.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "store/lock.h"
#include "store/statement.h"

namespace concordat::store {

// SQL that brings a store from version N to N + 1, where N is its place in the list.
using Migrations = std::vector<std::string>;

// What a write sees: the writer's connection, inside a transaction.
class Transaction {
 public:
  explicit Transaction(sqlite3* connection) : connection_(connection) {}
  sqlite3* connection() const { return connection_; }

 private:
  sqlite3* connection_;
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

  // Errors: kUnavailable when another process has it; kCorrupt when SQLite's own check fails; kFailedPrecondition when a
  // newer version of the program wrote it.
  static Result<std::unique_ptr<Store>> Open(const std::filesystem::path& file, const Migrations& migrations);
  ~Store();  // commits what is queued

  // Before the first Write. The observer must outlive the store's last Write.
  void Observe(BatchObserver* observer) { observer_ = observer; }

  // Runs `write` on the writer thread in a savepoint of its own, and returns once its group is durable, or with the error
  // that undid it: its own, or the group's. Writes run one after the other, in the order of their calls.
  Result<void> Write(WriteFunction write);
  // Runs `read` on a connection that sees everything committed before the call. Reads run one at a time.
  Result<void> Read(const std::function<Result<void>(sqlite3*)>& read) const;

  // A consistent copy while the store is in use. Errors: kAlreadyExists if `file` is there; disk full.
  Result<void> Backup(const std::filesystem::path& file) const;
  // How many groups were committed: fewer than writes, under load.
  std::uint64_t commits() const { return commits_.load(); }

 private:
  struct Pending;
  struct Connection;

  Store(std::filesystem::path file, FileLock lock);
  Result<void> Start(const Migrations& migrations);
  Result<void> CommitGroup(const std::vector<Pending*>& group);
  void RunWriter();

  std::filesystem::path file_;
  FileLock lock_;
  std::unique_ptr<Connection> writer_;
  std::unique_ptr<Connection> reader_;
  mutable std::mutex reading_;
  BatchObserver* observer_ = nullptr;
  std::atomic<std::uint64_t> commits_{0};

  std::mutex mutex_;
  std::condition_variable queued_;
  std::condition_variable done_;
  std::deque<Pending*> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace concordat::store
