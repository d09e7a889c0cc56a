// One SQLite connection, set up as the store needs it.
#pragma once

#include <filesystem>
#include <utility>

#include "store/statement.h"

namespace concordat::store {

enum class Access { kWrite, kRead };

// Makes the file one with a write-ahead log. Errors: kFailedPrecondition where the file system has no room
// for one.
Result<void> UseWal(sqlite3* connection);

// Threading: one thread at a time.
class Connection {
 public:
  // Errors: as FromSqlite; kPermissionDenied when the file or its folder cannot be written.
  static Result<Connection> Open(const std::filesystem::path& file, Access access);
  // A private database in memory, to compare with.
  static Result<Connection> InMemory();
  // A file as it lies there, changing nothing. Only for files without a WAL beside them, as backups are.
  static Result<Connection> OpenUnchanged(const std::filesystem::path& file);

  Connection(Connection&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  sqlite3* get() const { return handle_; }

 private:
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  static Result<Connection> OpenFile(const std::filesystem::path& file, int flags);

  sqlite3* handle_;
};

}  // namespace concordat::store
