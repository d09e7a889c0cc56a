// The table of names.
#include <algorithm>

#include "ledger/name.h"
#include "ledger/table.h"

namespace concordat::ledger {

using store::Statement;

Result<void> InsertName(store::Transaction& transaction, const std::string& name, std::uint64_t index) {
  Statement& insert = *TRY(transaction.Prepared("INSERT INTO name (name, entry) VALUES (?1, ?2)"));
  return insert.BindText(1, name).Bind(2, static_cast<std::int64_t>(index)).Run();
}

Result<bool> HasName(sqlite3* connection, const std::string& name, std::uint64_t index) {
  Statement select = TRY(Statement::Prepare(connection, "SELECT 1 FROM name WHERE name = ?1 AND entry = ?2"));
  select.BindText(1, name).Bind(2, static_cast<std::int64_t>(index));
  return TRY(select.Step());
}

Result<std::vector<std::uint64_t>> NamedEntries(sqlite3* connection, const std::string& name,
                                                std::uint64_t most) {
  Statement select = TRY(
      Statement::Prepare(connection, "SELECT entry FROM name WHERE name = ?1 ORDER BY entry DESC LIMIT ?2"));
  select.BindText(1, name).Bind(2, static_cast<std::int64_t>(most));
  std::vector<std::uint64_t> entries;
  while (TRY(select.Step())) entries.push_back(static_cast<std::uint64_t>(select.Integer(0)));
  std::reverse(entries.begin(), entries.end());
  return entries;
}

Result<std::uint64_t> CountNamed(sqlite3* connection, const std::string& name) {
  Statement count = TRY(Statement::Prepare(connection, "SELECT count(*) FROM name WHERE name = ?1"));
  count.BindText(1, name);
  return TRY(count.Step()) ? static_cast<std::uint64_t>(count.Integer(0)) : 0;
}

Result<std::vector<std::string>> NamesFrom(sqlite3* connection, const std::string& beginning,
                                           std::uint64_t most) {
  Statement select = TRY(Statement::Prepare(
      connection, "SELECT DISTINCT name FROM name WHERE name >= ?1 ORDER BY name LIMIT ?2"));
  select.BindText(1, beginning).Bind(2, static_cast<std::int64_t>(most));
  std::vector<std::string> names;
  while (TRY(select.Step()) && select.Text(0).starts_with(beginning)) names.push_back(select.Text(0));
  return names;
}

}  // namespace concordat::ledger
