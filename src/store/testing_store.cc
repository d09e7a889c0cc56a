#include "store/testing_store.h"

#include <cstdlib>

#include "base/check.h"

namespace concordat::store {

TemporaryFolder::TemporaryFolder() {
  // Memory where there is some: a killed process loses nothing there either, and no test waits for a busy
  // disk.
  const std::filesystem::path memory = "/dev/shm";
  const auto parent = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  std::string folder = (parent / "concordat-test-XXXXXX").string();
  CHECK(mkdtemp(folder.data()) != nullptr);
  path_ = folder;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

const Migrations& ItemMigrations() {
  static const Migrations migrations = {"CREATE TABLE item (value INTEGER NOT NULL, payload BLOB)"};
  return migrations;
}

Result<void> Insert(Transaction& transaction, std::int64_t value, std::size_t bytes) {
  Statement insert =
      TRY(Statement::Prepare(transaction.connection(), "INSERT INTO item (value, payload) VALUES (?1, ?2)"));
  return insert.Bind(1, value).Bind(2, Bytes(bytes, 7)).Run();
}

std::vector<std::int64_t> Values(const Store& store) {
  std::vector<std::int64_t> values;
  const auto read = store.Read([&](sqlite3* connection) -> Result<void> {
    Statement select = TRY(Statement::Prepare(connection, "SELECT value FROM item ORDER BY rowid"));
    while (TRY(select.Step())) values.push_back(select.Integer(0));
    return {};
  });
  CHECK(read);
  return values;
}

}  // namespace concordat::store
