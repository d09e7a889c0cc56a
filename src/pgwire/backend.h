// What the wire protocol needs of the node: who may connect, and what is answered. The node implements it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/refusal.h"
#include "crypto/scram.h"
#include "engine/engine.h"
#include "pgcatalog/pgcatalog.h"
#include "release/answer.h"

namespace concordat::pgwire {

using pgcatalog::Column;
using pgcatalog::Description;
using pgcatalog::Oid;

// Values fit the columns' OIDs as pgcatalog::Answer says.
struct Answer {
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::string notice;  // what was charged, what is left, where the receipt is; empty for the catalogue
  std::vector<std::pair<std::string, std::string>> settings;  // set_config() asked for these
};

// Tells the analyst something while their question runs, as a NOTICE that is sent at once: one line of text.
// Neither waits nor fails: a client that reads nothing, or wants no notices (client_min_messages), is not
// told. Not to be called once Ask has returned. Threading: any thread.
using Notify = std::function<void(const std::string& text)>;

// A refusal without a reason is shown as its message alone, others as "refused (reason): message". A failure
// is a refusal too by the time it is here: SQLSTATE XX000, 57014 where the caller's Cancel ended it, 53xxx
// for want of something.
//
// A statement is governed or the catalogue's (pgcatalog::IsCatalogueQuestion): the implementation routes it.
//
// Threading: every call may come from any of the server's worker threads, several at once, and may block.
class Backend {
 public:
  virtual ~Backend() = default;

  // The analyst's SCRAM verifier; none for an unknown name (the server then goes on with a mock one).
  virtual std::optional<crypto::ScramVerifier> FindVerifier(std::string_view analyst) = 0;
  // After authentication: may this analyst enter this database now? A refusal says why not.
  virtual Outcome<void> Admit(const release::Caller& caller) = 0;

  // Columns and parameter types of one statement, without running, charging or looking at a row.
  virtual Outcome<Description> Describe(const release::Caller& caller, const std::string& text,
                                        const release::Settings& settings,
                                        const pgcatalog::Session& session) = 0;
  // One statement, answered: governed (decided, charged, computed, recorded, on the time grid) or the
  // catalogue's. Parameters are Values of the type that Describe gave or the client named, or PostgreSQL's
  // text form as a string. What is said on the way, and when, must not depend on any one row.
  virtual Outcome<Answer> Ask(const release::Caller& caller, const release::Question& question,
                              const pgcatalog::Session& session, const engine::Cancel& cancel,
                              const Notify& notify) = 0;
  // The plan in lines of text; free. EXPLAIN ANALYZE is refused before it comes here.
  virtual Outcome<std::vector<std::string>> Explain(const release::Caller& caller,
                                                    const release::Question& question) = 0;
};

// A governed answer, or its description, with its types as clients know them.
Answer Typed(release::Answer answer);
Description Typed(const std::vector<release::OutputColumn>& columns, const std::vector<Type>& parameters);

}  // namespace concordat::pgwire
