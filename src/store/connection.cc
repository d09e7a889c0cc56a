#include "store/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace concordat::store {
namespace {

constexpr int kBusyWaitMs = 5000;

// SQLite creates files for all to read; a store holds secrets. Its WAL takes the mode of the database.
Result<void> CreateSecret(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    const int error = errno;
    return Fail(error == ENOSPC ? ErrorCode::kResourceExhausted : ErrorCode::kPermissionDenied,
                fmt::format("cannot write {}: {}", file.string(), std::strerror(error)),
                "check space, owner and mode of the home folder");
  }
  close(fd);
  return {};
}

// Nothing in the file runs by itself: no triggers, no views, no functions called from its schema.
void Harden(sqlite3* handle) {
  const struct {
    int option, value;
  } options[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                 {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                 {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DQS_DML, 0}};
  for (const auto& option : options) {
    CHECK(sqlite3_db_config(handle, option.option, option.value, nullptr) == SQLITE_OK);
  }
}

}  // namespace

Result<void> UseWal(sqlite3* connection) {
  Statement mode = TRY(Statement::Prepare(connection, "PRAGMA journal_mode = WAL"));
  if (TRY(mode.Step()) && mode.Text(0) == "wal") return {};
  return Fail(ErrorCode::kFailedPrecondition, "the store's folder does not allow a write-ahead log",
              "put the home on a local disk");
}

Result<Connection> Connection::OpenFile(const std::filesystem::path& file, int flags) {
  Connection connection(nullptr);
  const int code = sqlite3_open_v2(file.c_str(), &connection.handle_,
                                   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(FromSqlite(connection.get(), "opening " + file.string()));
  sqlite3_extended_result_codes(connection.get(), 1);
  sqlite3_busy_timeout(connection.get(), kBusyWaitMs);
  Harden(connection.get());
  return connection;
}

Result<Connection> Connection::Open(const std::filesystem::path& file, Access access) {
  if (access == Access::kWrite) TRY(CreateSecret(file));
  Connection connection = TRY(OpenFile(file, SQLITE_OPEN_READWRITE));
  if (sqlite3_db_readonly(connection.get(), "main") != 0) {
    return Fail(ErrorCode::kPermissionDenied, fmt::format("{} can only be read", file.string()),
                "check the owner and mode of the home folder");
  }
  TRY(Execute(connection.get(),
              "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
              "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY"));
  if (access == Access::kRead) TRY(Execute(connection.get(), "PRAGMA query_only = ON"));
  return connection;
}

Result<Connection> Connection::InMemory() {
  return OpenFile(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY);
}

Result<Connection> Connection::OpenUnchanged(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("/-._~", c) != nullptr;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return OpenFile(uri + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

Connection::~Connection() { sqlite3_close(handle_); }

}  // namespace concordat::store
