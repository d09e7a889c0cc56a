#include "store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/connection.h"

namespace concordat::store {
namespace {

Result<void> CopyPages(sqlite3* source, sqlite3* target) {
  sqlite3_backup* backup = sqlite3_backup_init(target, "main", source, "main");
  if (backup == nullptr) return tl::unexpected(FromSqlite(target, "copying the store"));
  sqlite3_backup_step(backup, -1);
  // Its error, if any, is the step's.
  if (sqlite3_backup_finish(backup) != SQLITE_OK) {
    return tl::unexpected(FromSqlite(target, "copying the store"));
  }
  // The copy says that it has a WAL, as its source does. As one file it must not.
  return Execute(target, "PRAGMA journal_mode = DELETE");
}

Result<void> RenameDurably(const std::filesystem::path& from, const std::filesystem::path& to) {
  const int folder =
      open(std::filesystem::absolute(to).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = folder >= 0 && std::rename(from.c_str(), to.c_str()) == 0 && fsync(folder) == 0;
  const int error = errno;
  if (folder >= 0) close(folder);
  if (done) return {};
  return Fail(ErrorCode::kInternal, fmt::format("cannot write {}: {}", to.string(), std::strerror(error)),
              "check the folder's owner and mode");
}

}  // namespace

Result<void> CopyTo(sqlite3* source, const std::filesystem::path& file) {
  std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
  if (std::filesystem::exists(file, ignored)) {
    return Fail(ErrorCode::kAlreadyExists, file.string() + " is there already", "name another file");
  }
  const std::filesystem::path partial = file.string() + ".partial";
  std::filesystem::remove(partial, ignored);
  Result<void> copied = [&]() -> Result<void> {
    const Connection target = TRY(Connection::Open(partial, Access::kWrite));
    return CopyPages(source, target.get());
  }();
  if (copied) copied = RenameDurably(partial, file);
  if (!copied) std::filesystem::remove(partial, ignored);
  return copied;
}

Result<void> CheckBackup(const std::filesystem::path& file, const Migrations& migrations) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return Fail(ErrorCode::kNotFound, "there is no file " + file.string(), "check the path");
  }
  const Connection connection = TRY(Connection::OpenUnchanged(file));
  if (TRY(CheckOwner(connection.get(), migrations)) == Found::kNew) {
    return Fail(ErrorCode::kFailedPrecondition, file.string() + " is empty", "choose another backup");
  }
  TRY(CheckPages(connection.get(), Depth::kWhole));
  Statement version = TRY(Statement::Prepare(connection.get(), "PRAGMA user_version"));
  TRY(version.Step());
  const Migrations applied(migrations.begin(), migrations.begin() + version.Integer(0));
  return CheckSchema(connection.get(), applied);
}

}  // namespace concordat::store
