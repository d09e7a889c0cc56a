// Runs one statement of a session at a time, whichever protocol brought it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pgwire/backend.h"
#include "pgwire/command.h"
#include "pgwire/interrupt.h"
#include "pgwire/portal.h"
#include "pgwire/transaction.h"

namespace concordat::pgwire {

// Sends a notice now, though the statement goes on. Any thread.
using Tell = std::function<void(const Report& notice)>;

// Threading: one thread at a time; Run, Prepare and ColumnsOf may block in the backend.
class Executor {
 public:
  Executor(Backend& backend, const Limits& limits, Interrupt& interrupt, release::Caller caller,
           Settings settings, Tell tell);

  // Positions in refusals count from the start of the statement's text.
  // What the interrupt cancelled is refused even if the backend came to an answer: whether it did within the
  // time that the client chose would tell how long the question ran, finer than the time grid.
  Outcome<Effect> Run(const Statement& statement, const Row& parameters);
  // `declared`: parameter types that the client names, 0 where it leaves them to us.
  Outcome<Prepared> Prepare(Statement statement, const std::vector<Oid>& declared);
  // Columns of what the statement will return; none if it returns no rows.
  std::optional<std::vector<Column>> ColumnsOf(const Prepared& prepared);
  // The statement with its values: of a fit whose call has parameters, columns may depend on them.
  Outcome<std::shared_ptr<const Prepared>> Bound(std::shared_ptr<const Prepared> prepared,
                                                 const Row& parameters);

  // Statements of one Query message may declare cursors without BEGIN.
  void set_in_script(bool in_script) { in_script_ = in_script; }
  // Notices since the last call.
  std::vector<Report> TakeNotices() { return std::exchange(notices_, {}); }
  // Ends the implicit transaction, if one is open, and its portals.
  void EndImplicit();

  Transaction& transaction() { return transaction_; }
  Portals& portals() { return portals_; }
  Statements& statements() { return statements_; }
  const Limits& limits() const { return limits_; }
  Interrupt& interrupt() { return interrupt_; }

 private:
  Outcome<Effect> Do(const EmptyCommand& command, const Row& parameters);
  Outcome<Effect> Do(const SelectCommand& command, const Row& parameters);
  Outcome<Effect> Do(const ExplainCommand& command, const Row& parameters);
  Outcome<Effect> Do(const CopyCommand& command, const Row& parameters);
  Outcome<Effect> Do(const SetCommand& command, const Row& parameters);
  Outcome<Effect> Do(const CharacteristicsCommand& command, const Row& parameters);
  Outcome<Effect> Do(const ResetCommand& command, const Row& parameters);
  Outcome<Effect> Do(const ShowCommand& command, const Row& parameters);
  Outcome<Effect> Do(const TransactionCommand& command, const Row& parameters);
  Outcome<Effect> Do(const DeclareCommand& command, const Row& parameters);
  Outcome<Effect> Do(const FetchCommand& command, const Row& parameters);
  Outcome<Effect> Do(const CloseCommand& command, const Row& parameters);
  Outcome<Effect> Do(const PrepareCommand& command, const Row& parameters);
  Outcome<Effect> Do(const ExecuteCommand& command, const Row& parameters);
  Outcome<Effect> Do(const DeallocateCommand& command, const Row& parameters);
  Outcome<Effect> Do(const DiscardCommand& command, const Row& parameters);
  Outcome<Effect> Do(const UnlistenCommand& command, const Row& parameters);

  Outcome<std::shared_ptr<const Answer>> Ask(const Inquiry& question, const Row& parameters);
  release::Question Asked(const Inquiry& question, const Row& parameters) const;
  Outcome<Description> Describe(const Inquiry& question);
  Outcome<Portal*> FindCursor(const std::string& name);
  Outcome<Effect> EndTransaction(const TransactionCommand& command);
  void Notice(std::string severity, std::string sqlstate, std::string message);

  Backend& backend_;
  const Limits& limits_;
  Interrupt& interrupt_;
  const release::Caller caller_;
  const Tell tell_;
  Transaction transaction_;
  Portals portals_;
  Statements statements_;
  std::vector<Report> notices_;
  bool in_script_ = false;
};

}  // namespace concordat::pgwire
