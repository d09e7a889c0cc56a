#include "store/store.h"

#include <sqlite3.h>

#include "base/check.h"
#include "store/backup.h"

namespace concordat::store {
namespace {

constexpr std::size_t kLargestGroup = 1024;
constexpr std::size_t kIdleReaders = 8;
constexpr std::uintmax_t kCheckedAtStart = std::uintmax_t{64} << 20;

}  // namespace

// A write that waits for its turn; lives on the stack of the thread that called Write. It is woken by itself
// and under a lock of its own: who is woken queues his next write while the others are being woken.
struct Store::Pending {
  explicit Pending(WriteFunction function) : write(std::move(function)) {}
  void Finish() {
    const std::lock_guard lock(mutex);  // held over the call, since the waiter may be gone once it is free
    done = true;
    wake.notify_one();
  }
  void Wait() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return done; });
  }

  WriteFunction write;
  Result<void> result;
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;  // guarded by mutex
};

Result<Statement*> Transaction::Prepared(std::string_view sql) {
  auto kept = kept_.find(sql);
  if (kept == kept_.end()) kept = kept_.emplace(sql, TRY(Statement::Prepare(connection_, sql))).first;
  return &kept->second;
}

Store::Store(std::filesystem::path file, FileLock lock) : file_(std::move(file)), lock_(std::move(lock)) {}

Result<std::unique_ptr<Store>> Store::Open(const std::filesystem::path& file, const Migrations& migrations) {
  // SQLite follows no link below, so a home that is reached over one is named by where it is.
  std::error_code missing;
  const std::filesystem::path folder =
      std::filesystem::canonical(std::filesystem::absolute(file).parent_path(), missing);
  if (missing) {
    return Fail(ErrorCode::kNotFound, "there is no folder for " + file.string(),
                "check the path of the home");
  }
  const std::filesystem::path there = folder / file.filename();
  FileLock lock = TRY(FileLock::Take(there.string() + ".lock"));
  std::unique_ptr<Store> store(new Store(there, std::move(lock)));
  TRY(store->Start(migrations));
  return store;
}

// Nothing is changed before it is known to be ours to change.
Result<void> Store::Start(const Migrations& migrations) {
  writer_.emplace(TRY(Connection::Open(file_, Access::kWrite)));
  sqlite3* connection = writer_->get();
  if (TRY(CheckOwner(connection, migrations)) == Found::kNew && lock_.used_before()) {
    return Fail(ErrorCode::kCorrupt, "the store was in use before, and its file is missing or empty now",
                "restore the newest backup: what was spent is on its record");
  }
  std::error_code unknown;
  if (std::filesystem::file_size(file_, unknown) <= kCheckedAtStart)
    TRY(CheckPages(connection, Depth::kQuick));
  TRY(UseWal(connection));
  TRY(Migrate(connection, migrations));
  TRY(CheckSchema(connection, migrations));
  TRY(lock_.MarkUsed());
  ReturnReader(TRY(TakeReader()));
  thread_ = std::thread([this] { RunWriter(); });
  return {};
}

Store::~Store() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  queued_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Result<void> Store::Write(WriteFunction write) {
  CHECK(std::this_thread::get_id() != thread_.get_id());
  Pending pending(std::move(write));
  {
    const std::lock_guard lock(mutex_);
    CHECK(!stopping_);
    queue_.push_back(&pending);
    if (queue_.size() == 1) queued_.notify_one();
  }
  pending.Wait();
  return std::move(pending.result);
}

void Store::RunWriter() {
  std::unique_lock lock(mutex_);
  for (;;) {
    queued_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kLargestGroup));
    const std::vector<Pending*> group(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    lock.unlock();
    FinishGroup(group);
    for (Pending* pending : group) pending->Finish();
    lock.lock();
  }
}

void Store::FinishGroup(const std::vector<Pending*>& group) {
  const Result<void> committed = CommitGroup(group);
  if (committed) {
    ++commits_;
  } else {
    sqlite3_exec(writer_->get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  if (observer_ != nullptr) observer_->AfterBatch(committed.has_value());
  if (committed) return;
  for (Pending* pending : group) {
    if (pending->result) pending->result = tl::unexpected(committed.error());
  }
}

// All of the group's writes that succeed, in one transaction: one fsync for all.
Result<void> Store::CommitGroup(const std::vector<Pending*>& group) {
  if (broken_) return tl::unexpected(*broken_);
  sqlite3* connection = writer_->get();
  Transaction transaction(connection, kept_);
  TRY(Execute(connection, "BEGIN IMMEDIATE"));
  for (Pending* pending : group) TRY(RunOne(transaction, *pending));
  if (observer_ != nullptr) TRY(observer_->BeforeCommit(transaction));
  Result<void> committed = Execute(connection, "COMMIT");
  // After a failed fsync the kernel may have dropped what it could not write, and would call the next one
  // good. Source: Rebello et al., "Can Applications Recover from fsync Failures?" (USENIX ATC 2020).
  if (!committed && sqlite3_extended_errcode(connection) == SQLITE_IOERR_FSYNC) {
    broken_ = Error{ErrorCode::kUnavailable,
                    "the disk did not confirm what was written, so the store takes no more",
                    "check the disk's health, then restart the node"};
    committed = tl::unexpected(*broken_);
  }
  return committed;
}

// One write between savepoints. An error means that the group cannot go on; the write's own error stays with
// it.
Result<void> Store::RunOne(Transaction& transaction, Pending& pending) {
  sqlite3* connection = transaction.connection();
  Statement* const savepoint = TRY(transaction.Prepared("SAVEPOINT one"));
  Statement* const release = TRY(transaction.Prepared("RELEASE one"));
  TRY(savepoint->Run());
  pending.result = pending.write(transaction);
  // Some failures (a full disk, no memory) make SQLite roll back everything at once.
  if (sqlite3_get_autocommit(connection) != 0) {
    if (!pending.result) return pending.result;
    return Fail(ErrorCode::kInternal, "a write ended its transaction");
  }
  if (!pending.result) TRY(Execute(connection, "ROLLBACK TO one"));
  return release->Run();
}

Result<Connection> Store::TakeReader() const {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!readers_.empty()) {
      Connection reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  return Connection::Open(file_, Access::kRead);
}

void Store::ReturnReader(Connection reader) const {
  const std::lock_guard lock(readers_mutex_);
  if (readers_.size() < kIdleReaders) readers_.push_back(std::move(reader));
}

Result<void> Store::Read(const std::function<Result<void>(sqlite3*)>& read) const {
  Connection reader = TRY(TakeReader());
  TRY(Execute(reader.get(), "BEGIN"));
  Result<void> result = read(reader.get());
  const Result<void> ended = Execute(reader.get(), "ROLLBACK");
  // A connection that cannot end its read is not used again.
  if (ended) ReturnReader(std::move(reader));
  return result;
}

Result<void> Store::Check() const {
  return Read([](sqlite3* connection) { return CheckPages(connection, Depth::kQuick); });
}

Result<void> Store::Backup(const std::filesystem::path& file) const {
  Connection reader = TRY(TakeReader());
  Result<void> copied = CopyTo(reader.get(), file);
  ReturnReader(std::move(reader));
  return copied;
}

Result<void> Store::Scrub() {
  const Connection connection = TRY(Connection::Open(file_, Access::kWrite));
  Statement checkpoint = TRY(Statement::Prepare(connection.get(), "PRAGMA wal_checkpoint(TRUNCATE)"));
  if (TRY(checkpoint.Step()) && checkpoint.Integer(0) == 0) return {};
  return Fail(ErrorCode::kUnavailable, "the store is too busy to empty its write-ahead log", "try again");
}

}  // namespace concordat::store
