// A session's transaction: nothing can be written here, so what it holds is settings and the end of cursors.
//
// As in PostgreSQL, statements outside BEGIN … COMMIT share an implicit transaction up to the end of their
// Query message or the next Sync: if one fails, settings go back to where it began. SET LOCAL lasts to the
// end of the transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "pgwire/reply.h"
#include "pgwire/settings.h"

namespace concordat::pgwire {

class Transaction {
 public:
  explicit Transaction(Settings settings) : settings_(std::move(settings)) {}

  const Settings& settings() const { return settings_; }
  // Apply a change to the settings; `local`: until the transaction ends.
  Outcome<void> Set(const std::string& name, const std::string& value, bool local);
  Outcome<void> Reset(const std::string& name, bool local);
  void ResetAll();

  // A statement starts: opens the implicit transaction if nothing is open.
  void Touch();
  // BEGIN, COMMIT, ROLLBACK. False: there was one already, or none.
  bool Begin();
  bool Commit();  // of a failed transaction: a rollback
  bool Rollback();
  // A statement failed.
  void Fail();
  // End of a Query message, or a Sync: ends the implicit transaction. True if one ended.
  bool EndImplicit();

  // Refuse 25P01 outside a block, 3B001 for an unknown name.
  Outcome<void> Savepoint(const std::string& name);
  Outcome<void> Release(const std::string& name);
  Outcome<void> RollbackTo(const std::string& name);

  bool in_block() const { return in_block_; }
  bool failed() const { return failed_; }
  TransactionStatus status() const;

 private:
  struct State {
    std::string name;
    Settings now;      // with what SET LOCAL set
    Settings lasting;  // without it
  };
  void End(bool keep);
  Outcome<std::size_t> FindSavepoint(const std::string& name) const;

  Settings settings_;
  std::optional<State> start_;  // of the open transaction
  Settings lasting_;            // while one is open: what COMMIT leaves
  std::vector<State> savepoints_;
  bool in_block_ = false;
  bool failed_ = false;
};

}  // namespace concordat::pgwire
