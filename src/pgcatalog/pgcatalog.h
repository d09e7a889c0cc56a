// PostgreSQL's catalogue for one analyst: what clients ask when they connect, and people with \d.
//
// An agreement is a database, and the tables it grants are its tables; nothing else exists. Answers are made
// of names, types and contract texts alone: never of rows, row counts or sizes. SQL runs in an in-memory
// DuckDB that holds only such metadata, with no access to files, other databases or products' rows:
// docs/adr/0004-catalogue-queries.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/refusal.h"
#include "base/result.h"
#include "base/value.h"
#include "catalogue/product.h"
#include "engine/engine.h"

namespace concordat::pgcatalog {

// PostgreSQL's object identifier of a type: 23 is integer, 25 text, 1009 text[].
using Oid = std::uint32_t;

// The OID under which clients know a type of ours: bigint for kInteger, double precision for kNumber.
Oid TypeOid(Type type);

// ---- What exists for one analyst in one database

struct Table {
  std::string name;  // in schema public
  std::shared_ptr<const catalogue::Product> product;
};

struct ViewColumn {
  std::string name;
  Type type = Type::kText;
  std::string description;
};

// A view of schema concordat: budget, products, agreements, releases. `rows` is called anew by each question
// on it.
struct View {
  std::string name;
  std::string description;
  std::vector<ViewColumn> columns;
  std::function<Result<std::vector<Row>>()> rows;
};

struct Database {
  std::string name;  // the agreement's
  std::string analyst;
  std::string description;  // the agreement's question, for \l+
  std::vector<Table> tables;
  std::vector<View> views;
  std::vector<std::string> others;  // further agreements of this analyst, for \l
};

struct Session {
  std::map<std::string, std::string>
      settings;              // what SET and the start-up message gave; defaults need not be here
  std::int32_t process = 0;  // pg_backend_pid()
};

// ---- Questions

struct Column {
  std::string name;
  Oid oid = 25;
  bool operator==(const Column&) const = default;
};

struct Description {
  std::vector<Column> columns;
  std::vector<Oid> parameters;
};

// Values fit the columns' OIDs: bool (16); int64 (20, 21, 23, 26, 28 and other numbers of identity); double
// (700, 701); Date (1082); Timestamp (1114, 1184); everything else, arrays among it ("{a,b}"), is
// PostgreSQL's text form.
struct Answer {
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::pair<std::string, std::string>>
      settings;  // set_config() asked for these: apply them to the session
};

// True if the statement is a SELECT, VALUES or TABLE over the catalogue alone, over no table at all, or one
// that no row can answer (WHERE 0 = 1, LIMIT 0: tools ask for columns so): ask it here. A statement that
// names any other table is a governed question, even if it names the catalogue too. Unqualified names are the
// catalogue's if they are in pg_catalog and the database does not grant a table of that name.
bool IsCatalogueQuestion(const Database& database, const std::string& text);

// Threading: every call may come from any thread. Questions queue: one runs at a time, within 2 s and 64 MB.
class Catalogue {
 public:
  static Result<std::unique_ptr<Catalogue>> Open();
  virtual ~Catalogue() = default;

  // Columns and parameter types without running. Nothing for a text without a statement.
  virtual Outcome<Description> Describe(const Database& database, const Session& session,
                                        const std::string& text) = 0;
  // Parameters are Values of their type, or PostgreSQL's text form as a string (arrays: "{1,2}").
  virtual Outcome<Answer> Ask(const Database& database, const Session& session, const std::string& text,
                              const Row& parameters, const engine::Cancel* cancel = nullptr) = 0;
};

// The value of a run-time setting as SHOW prints it; refused with 42704 if there is no such setting.
Outcome<std::string> ShowSetting(const Session& session, const std::string& name);

}  // namespace concordat::pgcatalog
