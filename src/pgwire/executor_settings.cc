// SET, RESET, SHOW, and the statements that begin and end transactions.
#include <fmt/format.h>

#include <algorithm>

#include "base/name.h"
#include "pgcatalog/settings.h"
#include "pgwire/executor.h"

namespace concordat::pgwire {
namespace {

std::shared_ptr<const Answer> AllSettings(const Settings& settings) {
  auto answer = std::make_shared<Answer>();
  answer->columns = {{"name", oid::kText}, {"setting", oid::kText}, {"description", oid::kText}};
  std::map<std::string, std::string> all;
  for (const auto& setting : pgcatalog::Settings()) all[setting.name] = setting.value;
  for (const auto& [name, value] : settings.session().settings) all[name] = value;
  for (const auto& [name, value] : all) answer->rows.push_back({name, value, std::string()});
  return answer;
}

// PostgreSQL heads SHOW's column with its own spelling of the name: TimeZone, DateStyle.
std::string Spelling(const Settings& settings, const std::string& name) {
  const std::string key = Lower(name);
  for (const auto& [reported, value] : settings.Reported()) {
    if (Lower(reported) == key) return reported;
  }
  return key == "transaction isolation level" ? "transaction_isolation" : key;
}

}  // namespace

Outcome<Effect> Executor::Do(const SetCommand& command, const Row&) {
  if (command.local && !transaction_.in_block()) {
    Notice("WARNING", "25P01", "SET LOCAL can only be used in transaction blocks");
  }
  if (command.value) {
    TRY(transaction_.Set(command.name, *command.value, command.local));
  } else {
    TRY(transaction_.Reset(command.name, command.local));
  }
  return Done("SET");
}

Outcome<Effect> Executor::Do(const CharacteristicsCommand&, const Row&) { return Done("SET"); }

Outcome<Effect> Executor::Do(const ResetCommand& command, const Row&) {
  if (command.name) {
    TRY(transaction_.Reset(*command.name, false));
  } else {
    transaction_.ResetAll();
  }
  return Done("RESET");
}

Outcome<Effect> Executor::Do(const ShowCommand& command, const Row&) {
  const Settings& settings = transaction_.settings();
  if (Lower(command.name) == "all") return Rows(AllSettings(settings), "SHOW", false);
  auto answer = std::make_shared<Answer>();
  answer->rows.push_back({TRY(settings.Show(command.name))});
  answer->columns = {{Spelling(settings, command.name), oid::kText}};
  return Rows(std::move(answer), "SHOW", false);
}

Outcome<Effect> Executor::EndTransaction(const TransactionCommand& command) {
  const bool commits = command.kind == TransactionCommand::Kind::kCommit && !transaction_.failed();
  if (command.chain && !transaction_.in_block()) {
    return Refuse(
        "",
        fmt::format("{} AND CHAIN can only be used in transaction blocks", commits ? "COMMIT" : "ROLLBACK"),
        "BEGIN first", "25P01");
  }
  const bool ended = commits ? transaction_.Commit() : transaction_.Rollback();
  if (!ended) Notice("WARNING", "25P01", "there is no transaction in progress");
  portals_.EndTransaction(commits);
  if (command.chain) transaction_.Begin();
  return Done(commits ? "COMMIT" : "ROLLBACK");
}

Outcome<Effect> Executor::Do(const TransactionCommand& command, const Row&) {
  using Kind = TransactionCommand::Kind;
  switch (command.kind) {
    case Kind::kBegin:
    case Kind::kStart:
      if (!transaction_.Begin()) Notice("WARNING", "25001", "there is already a transaction in progress");
      return Done(command.kind == Kind::kBegin ? "BEGIN" : "START TRANSACTION");
    case Kind::kSavepoint:
      TRY(transaction_.Savepoint(command.savepoint));
      return Done("SAVEPOINT");
    case Kind::kRelease:
      TRY(transaction_.Release(command.savepoint));
      return Done("RELEASE");
    case Kind::kRollbackTo:
      TRY(transaction_.RollbackTo(command.savepoint));
      return Done("ROLLBACK");
    case Kind::kCommit:
    case Kind::kRollback:
      break;
  }
  return EndTransaction(command);
}

}  // namespace concordat::pgwire
