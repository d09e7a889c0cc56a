#include "store/store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/check.h"

namespace concordat::store {
namespace {

constexpr std::int64_t kApplicationId = 0x436f6e63;  // "Conc"
constexpr std::size_t kLargestGroup = 1024;

// One integer that a pragma returns.
Result<std::int64_t> Pragma(sqlite3* connection, const char* sql) {
  Statement statement = TRY(Statement::Prepare(connection, sql));
  if (!TRY(statement.Step())) return Fail(ErrorCode::kInternal, std::string(sql) + " returned nothing");
  return statement.Integer(0);
}

Result<void> CheckIntegrity(sqlite3* connection) {
  Statement check = TRY(Statement::Prepare(connection, "PRAGMA quick_check(1)"));
  if (!TRY(check.Step()) || check.Text(0) != "ok") {
    return Fail(ErrorCode::kCorrupt, "the store is damaged: " + check.Text(0),
                "keep the file for inquiry and restore the newest backup");
  }
  return {};
}

Result<void> Migrate(sqlite3* connection, const Migrations& migrations) {
  const std::int64_t owner = TRY(Pragma(connection, "PRAGMA application_id"));
  const std::int64_t version = TRY(Pragma(connection, "PRAGMA user_version"));
  const bool is_new = owner == 0 && version == 0 && TRY(Pragma(connection, "SELECT count(*) FROM sqlite_schema")) == 0;
  if (!is_new && owner != kApplicationId) {
    return Fail(ErrorCode::kFailedPrecondition, "this file is not a Concordat store", "check the path of the home");
  }
  if (version > static_cast<std::int64_t>(migrations.size())) {
    return Fail(ErrorCode::kFailedPrecondition, "a newer version of Concordat wrote this store", "install that version or a later one");
  }
  TRY(Execute(connection, "BEGIN IMMEDIATE"));
  for (std::size_t next = static_cast<std::size_t>(version); next < migrations.size(); ++next) {
    TRY(Execute(connection, migrations[next].c_str()));
  }
  TRY(Execute(connection, fmt::format("PRAGMA user_version = {}", migrations.size()).c_str()));
  TRY(Execute(connection, fmt::format("PRAGMA application_id = {}", kApplicationId).c_str()));
  return Execute(connection, "COMMIT");
}

}  // namespace

struct Store::Connection {
  sqlite3* handle = nullptr;
  ~Connection() { sqlite3_close(handle); }

  static Result<std::unique_ptr<Connection>> Open(const std::filesystem::path& file) {
    auto connection = std::make_unique<Connection>();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(file.c_str(), &connection->handle, flags, nullptr) != SQLITE_OK) {
      return tl::unexpected(FromSqlite(connection->handle, "opening " + file.string()));
    }
    sqlite3_extended_result_codes(connection->handle, 1);
    sqlite3_busy_timeout(connection->handle, 5000);
    TRY(Execute(connection->handle,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY"));
    return connection;
  }
};

// A write that waits for its turn; lives on the stack of the thread that called Write.
struct Store::Pending {
  WriteFunction write;
  Result<void> result;
  bool done = false;
};

Store::Store(std::filesystem::path file, FileLock lock) : file_(std::move(file)), lock_(std::move(lock)) {}

Result<std::unique_ptr<Store>> Store::Open(const std::filesystem::path& file, const Migrations& migrations) {
  FileLock lock = TRY(FileLock::Take(file.string() + ".lock"));
  std::unique_ptr<Store> store(new Store(file, std::move(lock)));
  TRY(store->Start(migrations));
  return store;
}

Result<void> Store::Start(const Migrations& migrations) {
  writer_ = TRY(Connection::Open(file_));
  TRY(CheckIntegrity(writer_->handle));
  TRY(Migrate(writer_->handle, migrations));
  reader_ = TRY(Connection::Open(file_));
  TRY(Execute(reader_->handle, "PRAGMA query_only = ON"));
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
  Pending pending{.write = std::move(write), .result = {}, .done = false};
  std::unique_lock lock(mutex_);
  CHECK(!stopping_);
  queue_.push_back(&pending);
  queued_.notify_one();
  done_.wait(lock, [&] { return pending.done; });
  return std::move(pending.result);
}

Result<void> Store::Read(const std::function<Result<void>(sqlite3*)>& read) const {
  const std::lock_guard lock(reading_);
  return read(reader_->handle);
}

void Store::RunWriter() {
  std::unique_lock lock(mutex_);
  for (;;) {
    queued_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::vector<Pending*> group;
    while (!queue_.empty() && group.size() < kLargestGroup) {
      group.push_back(queue_.front());
      queue_.pop_front();
    }
    lock.unlock();
    const Result<void> committed = CommitGroup(group);
    if (!committed) sqlite3_exec(writer_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
    if (committed) ++commits_;
    if (observer_ != nullptr) observer_->AfterBatch(committed.has_value());
    lock.lock();
    for (Pending* pending : group) {
      if (!committed && pending->result) pending->result = tl::unexpected(committed.error());
      pending->done = true;
    }
    done_.notify_all();
  }
}

// All of the group's writes that succeed, in one transaction: one fsync for all.
Result<void> Store::CommitGroup(const std::vector<Pending*>& group) {
  sqlite3* connection = writer_->handle;
  Transaction transaction(connection);
  TRY(Execute(connection, "BEGIN IMMEDIATE"));
  for (Pending* pending : group) {
    TRY(Execute(connection, "SAVEPOINT one"));
    pending->result = pending->write(transaction);
    if (!pending->result) TRY(Execute(connection, "ROLLBACK TO one"));
    TRY(Execute(connection, "RELEASE one"));
  }
  if (observer_ != nullptr) TRY(observer_->BeforeCommit(transaction));
  return Execute(connection, "COMMIT");
}

Result<void> Store::Backup(const std::filesystem::path& file) const {
  if (std::filesystem::exists(file)) return Fail(ErrorCode::kAlreadyExists, file.string() + " is there already", "name another file");
  return Read([&](sqlite3* source) -> Result<void> {
    sqlite3* target = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    Result<void> result;
    if (sqlite3_open_v2(file.c_str(), &target, flags, nullptr) != SQLITE_OK) {
      result = tl::unexpected(FromSqlite(target, "creating " + file.string()));
    } else if (sqlite3_backup* backup = sqlite3_backup_init(target, "main", source, "main")) {
      sqlite3_backup_step(backup, -1);
      if (sqlite3_backup_finish(backup) != SQLITE_OK) result = tl::unexpected(FromSqlite(target, "copying the store"));
    } else {
      result = tl::unexpected(FromSqlite(target, "copying the store"));
    }
    sqlite3_close(target);
    if (!result) std::filesystem::remove(file);
    return result;
  });
}

}  // namespace concordat::store
