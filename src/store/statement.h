// A prepared SQLite statement: bind, step, read. SQLite's result codes become Errors here and nowhere else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace concordat::store {

// The Error for the connection's newest failure: disk full, corrupt, read only, busy, each with its remedy.
Error FromSqlite(sqlite3* connection, std::string_view doing);

// Runs SQL that returns nothing.
Result<void> Execute(sqlite3* connection, const char* sql);

// Not thread-safe; must not outlive its connection. Parameters count from 1, columns from 0.
class Statement {
 public:
  static Result<Statement> Prepare(sqlite3* connection, std::string_view sql);
  Statement(Statement&& other) noexcept : connection_(other.connection_), statement_(other.statement_) {
    other.statement_ = nullptr;
  }
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& Bind(int parameter, std::int64_t value);
  Statement& Bind(int parameter, ByteView bytes);
  Statement& BindText(int parameter, std::string_view text);
  Statement& BindNull(int parameter);

  // True while there is a row to read. Errors as FromSqlite.
  Result<bool> Step();
  // Steps once and expects no row; then ready to be bound again.
  Result<void> Run();
  void Reset();

  std::int64_t Integer(int column) const;
  std::string Text(int column) const;
  Bytes Blob(int column) const;
  bool IsNull(int column) const;

 private:
  Statement(sqlite3* connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}

  sqlite3* connection_;
  sqlite3_stmt* statement_;
};

}  // namespace concordat::store
