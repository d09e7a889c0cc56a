#include "store/schema.h"

#include <fmt/format.h>

#include "store/connection.h"

namespace concordat::store {
namespace {

constexpr std::int64_t kApplicationId = 0x436f6e63;  // "Conc"

tl::unexpected<Error> Corrupt(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the store is damaged: " + what,
              "keep the file for inquiry and restore the newest backup");
}

Result<std::int64_t> IntegerOf(sqlite3* connection, const char* sql) {
  Statement statement = TRY(Statement::Prepare(connection, sql));
  if (!TRY(statement.Step())) return Fail(ErrorCode::kInternal, std::string(sql) + " returned nothing");
  return statement.Integer(0);
}

// A line for each table, index, view and trigger.
Result<std::string> SchemaText(sqlite3* connection) {
  Statement select = TRY(
      Statement::Prepare(connection, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2, 3"));
  std::string text;
  while (TRY(select.Step())) {
    text += fmt::format("{}|{}|{}|{}\n", select.Text(0), select.Text(1), select.Text(2), select.Text(3));
  }
  return text;
}

Result<void> ApplySteps(sqlite3* connection, const Migrations& migrations, std::size_t from) {
  for (std::size_t next = from; next < migrations.size(); ++next) {
    TRY(Execute(connection, migrations[next].c_str()));
  }
  return {};
}

}  // namespace

Result<Found> CheckOwner(sqlite3* connection, const Migrations& migrations) {
  const std::int64_t owner = TRY(IntegerOf(connection, "PRAGMA application_id"));
  const std::int64_t version = TRY(IntegerOf(connection, "PRAGMA user_version"));
  const bool is_new =
      owner == 0 && version == 0 && TRY(IntegerOf(connection, "SELECT count(*) FROM sqlite_schema")) == 0;
  if (!is_new && owner != kApplicationId) {
    return Fail(ErrorCode::kFailedPrecondition, "this file is not a Concordat store",
                "check the path of the home");
  }
  if (version < 0) return Corrupt(fmt::format("it says it is of version {}", version));
  if (version > static_cast<std::int64_t>(migrations.size())) {
    return Fail(
        ErrorCode::kFailedPrecondition,
        fmt::format("a newer version of Concordat wrote this store: it is of version {}, this program "
                    "knows {}",
                    version, migrations.size()),
        "install that version or a later one");
  }
  return is_new ? Found::kNew : Found::kOurs;
}

Result<void> Migrate(sqlite3* connection, const Migrations& migrations) {
  const auto version = static_cast<std::size_t>(TRY(IntegerOf(connection, "PRAGMA user_version")));
  if (version == migrations.size() && version > 0) return {};
  TRY(Execute(connection, "BEGIN IMMEDIATE"));
  TRY(ApplySteps(connection, migrations, version));
  TRY(Execute(connection, fmt::format("PRAGMA user_version = {}", migrations.size()).c_str()));
  TRY(Execute(connection, fmt::format("PRAGMA application_id = {}", kApplicationId).c_str()));
  return Execute(connection, "COMMIT");
}

Result<void> CheckSchema(sqlite3* connection, const Migrations& migrations) {
  const Connection model = TRY(Connection::InMemory());
  TRY(ApplySteps(model.get(), migrations, 0));
  const std::string expected = TRY(SchemaText(model.get()));
  if (TRY(SchemaText(connection)) == expected) return {};
  return Corrupt("its tables are not those that this program made");
}

Result<void> CheckPages(sqlite3* connection, Depth depth) {
  const char* sql = depth == Depth::kQuick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)";
  Statement check = TRY(Statement::Prepare(connection, sql));
  if (!TRY(check.Step())) return Corrupt("its own check says nothing");
  if (check.Text(0) != "ok") return Corrupt(check.Text(0));
  return {};
}

}  // namespace concordat::store
