#include "store/statement.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/check.h"

namespace concordat::store {

Error FromSqlite(sqlite3* connection, std::string_view doing) {
  const int code = sqlite3_extended_errcode(connection);
  const std::string message = fmt::format("{}: {}", doing, sqlite3_errmsg(connection));
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::kResourceExhausted, "the disk is full: " + message,
              "free disk space; nothing was lost"};
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_CORRUPTFS) break;
      if (code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_DATA) {
        return {ErrorCode::kCorrupt, "the disk does not give back what was written: " + message,
                "check the disk's health; keep the file for inquiry and restore the newest backup"};
      }
      return {ErrorCode::kResourceExhausted, "the disk does not take what is written: " + message,
              "check space, limits and the disk's health"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {ErrorCode::kPermissionDenied, "the store cannot be written: " + message,
              "check the owner and mode of the home folder"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "the store is locked: " + message,
              "another program has the store open: stop it"};
    default:
      return {ErrorCode::kInternal, message, ""};
  }
  return {ErrorCode::kCorrupt, "the store is damaged: " + message,
          "keep the file for inquiry and restore the newest backup"};
}

Result<void> Execute(sqlite3* connection, const char* sql) {
  if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return tl::unexpected(FromSqlite(connection, sql));
  return {};
}

Result<Statement> Statement::Prepare(sqlite3* connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    return tl::unexpected(FromSqlite(connection, sql));
  }
  return Statement(connection, statement);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::Bind(int parameter, std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_, parameter, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(int parameter, ByteView bytes) {
  // A null pointer would bind NULL, so an empty blob is bound as one of length zero.
  const int code = bytes.empty() ? sqlite3_bind_zeroblob(statement_, parameter, 0)
                                 : sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(),
                                                       SQLITE_TRANSIENT);
  CHECK(code == SQLITE_OK);
  return *this;
}

Statement& Statement::BindText(int parameter, std::string_view text) {
  CHECK(sqlite3_bind_text64(statement_, parameter, text.empty() ? "" : text.data(), text.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::BindNull(int parameter) {
  CHECK(sqlite3_bind_null(statement_, parameter) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return tl::unexpected(FromSqlite(connection_, sqlite3_sql(statement_)));
}

Result<void> Statement::Run() {
  const auto stepped = Step();
  Reset();
  if (!stepped) return tl::unexpected(stepped.error());
  CHECK(!*stepped);
  return {};
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr
             ? ""
             : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

Bytes Statement::Blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return data == nullptr ? Bytes{} : Bytes(data, data + sqlite3_column_bytes(statement_, column));
}

bool Statement::IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

}  // namespace concordat::store
