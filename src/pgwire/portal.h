// What a session keeps: prepared statements, and portals, which are answers with a place to go on from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "pgwire/backend.h"
#include "pgwire/command.h"
#include "pgwire/server.h"

namespace concordat::pgwire {

// What a statement came to, before it is sent.
struct Effect {
  std::shared_ptr<const Answer> answer;  // none: no rows
  std::size_t begin = 0;                 // rows of it, up to `end`
  std::size_t end = 0;
  std::string tag;
  bool counted = false;  // the tag ends with the number of rows
  bool binary = false;   // rows of a BINARY cursor
  std::optional<CopyForm> copy;
};
Effect Rows(std::shared_ptr<const Answer> answer, std::string tag, bool counted);
Effect Done(std::string tag);

struct Prepared {
  Statement statement;
  std::vector<Oid> parameters;
  std::vector<Column> columns;  // of a question's answer; other statements' are found when they are asked for
};

// A bound statement (the extended protocol's), or a cursor (DECLARE's), whose answer is there from the start.
struct Portal {
  std::shared_ptr<const Prepared> prepared;
  Row parameters;
  std::vector<Format> formats;
  std::optional<Effect> effect;  // once executed
  bool cursor = false;
  bool hold = false;       // outlives its transaction, if that commits
  bool committed = false;  // its transaction has
  bool can_scroll = true;
  std::size_t position = 0;  // of a cursor: 0 before the first row, rows + 1 after the last
  std::size_t bytes = 0;     // roughly what it holds
};

// Not thread-safe.
class Portals {
 public:
  explicit Portals(const Limits& limits) : limits_(limits) {}

  // The unnamed portal is replaced. Refuses 42P03 (taken), 53400 (too many).
  Outcome<Portal*> Add(const std::string& name, Portal portal);
  Outcome<Portal*> Find(const std::string& name);  // refuses 34000
  bool Close(const std::string& name);             // true if there was one
  void CloseAll();
  void EndTransaction(bool committed);  // closes all but those held
  // Counts what an answer takes. Refuses 53400 when the session would hold too much.
  Outcome<void> Hold(Portal& portal, const Answer& answer);

 private:
  const Limits& limits_;
  std::map<std::string, Portal> portals_;
};

// Rows that a FETCH moves over, in order of the answer; `backward`: to be turned round.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool backward = false;
};
// Moves `position` (see Portal) over `rows` rows as FETCH does, and says which rows that passes.
Span Move(std::size_t& position, std::size_t rows, FetchCommand::Direction direction, std::int64_t count);

// Not thread-safe.
class Statements {
 public:
  explicit Statements(const Limits& limits) : limits_(limits) {}

  // The unnamed statement is replaced. Refuses 42P05 (taken), 53400 (too many).
  Outcome<void> Add(const std::string& name, Prepared prepared);
  Outcome<std::shared_ptr<const Prepared>> Find(const std::string& name) const;  // refuses 26000
  bool Close(const std::string& name);
  void CloseAll() { statements_.clear(); }

 private:
  const Limits& limits_;
  std::map<std::string, std::shared_ptr<const Prepared>> statements_;
};

}  // namespace concordat::pgwire
