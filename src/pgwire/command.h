// What a text of SQL asks of a session: questions for the backend, and the statements that are the session's
// own (settings, transactions, cursors, prepared statements). Pure; PostgreSQL's own parser reads the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/refusal.h"
#include "pgwire/copy.h"

namespace concordat::pgwire {

// A part of the text that is a question in itself.
struct Inquiry {
  std::string text;
  std::size_t offset = 0;  // bytes, from the start of the statement
};

struct EmptyCommand {};
struct SelectCommand {
  Inquiry question;
};
struct ExplainCommand {
  Inquiry question;
  bool analyze = false;
};
struct CopyCommand {
  Inquiry question;
  CopyForm form;
};
struct SetCommand {
  std::string name;
  std::optional<std::string> value;  // none: DEFAULT
  bool local = false;                // until the transaction ends
};
struct CharacteristicsCommand {
};  // SET [SESSION CHARACTERISTICS AS] TRANSACTION …: accepted, everything is read-only
struct ResetCommand {
  std::optional<std::string> name;  // none: ALL
};
struct ShowCommand {
  std::string name;
};
struct TransactionCommand {
  enum class Kind { kBegin, kStart, kCommit, kRollback, kSavepoint, kRelease, kRollbackTo };
  Kind kind = Kind::kBegin;
  std::string savepoint = {};
  bool chain = false;
};
struct DeclareCommand {
  std::string cursor;
  Inquiry question;
  bool hold = false;
  bool binary = false;
  bool no_scroll = false;
};
struct FetchCommand {
  enum class Direction { kForward, kBackward, kAbsolute, kRelative };
  std::string cursor;
  Direction direction = Direction::kForward;
  std::int64_t count = 1;  // kEverything: ALL
  bool move = false;       // MOVE: no rows, only how many they would be
};
inline constexpr std::int64_t kEverything = INT64_MAX;
struct CloseCommand {
  std::optional<std::string> cursor;  // none: ALL
};
struct PrepareCommand {
  std::string name;
  Inquiry question;
};
struct ExecuteCommand {
  std::string name;
  std::vector<std::optional<std::string>> arguments;  // literals, as text; none: NULL
};
struct DeallocateCommand {
  std::optional<std::string> name;  // none: ALL
};
struct DiscardCommand {
  enum class What { kAll, kPlans, kSequences, kTemporary };
  What what = What::kAll;
};
struct UnlistenCommand {};  // nothing was listened to

using Command =
    std::variant<EmptyCommand, SelectCommand, ExplainCommand, CopyCommand, SetCommand, CharacteristicsCommand,
                 ResetCommand, ShowCommand, TransactionCommand, DeclareCommand, FetchCommand, CloseCommand,
                 PrepareCommand, ExecuteCommand, DeallocateCommand, DiscardCommand, UnlistenCommand>;

struct Statement {
  std::string text;
  std::size_t offset = 0;  // bytes, from the start of what was sent
  Command command;
  bool transaction_exit() const;  // allowed in a failed transaction
};

// The statements of `text`; none for a text without any. All or nothing: one that is refused refuses the
// text. Refuses 42601 (not SQL), 0A000 (read_only: a statement that would change something, or is not a
// question).
Outcome<std::vector<Statement>> ParseCommands(const std::string& text);

}  // namespace concordat::pgwire
