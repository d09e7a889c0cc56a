#include "pgcatalog/pgcatalog.h"

#include <fmt/format.h>

#include <mutex>
#include <set>

#include "base/name.h"
#include "pgcatalog/duck.h"
#include "pgcatalog/functions.h"
#include "pgcatalog/records.h"
#include "pgcatalog/rewrite.h"
#include "pgcatalog/settings.h"
#include "pgcatalog/views.h"

namespace concordat::pgcatalog {
namespace {

constexpr int memory_mb = 96;

constexpr const char* own_tables =
    "CREATE SCHEMA cat; CREATE SCHEMA info; CREATE SCHEMA conc; CREATE SCHEMA granted; CREATE SCHEMA fixed;"
    "CREATE TABLE cat.self (\"database\" VARCHAR, analyst VARCHAR, process INTEGER, version VARCHAR);"
    "CREATE TABLE cat.displays (oid UINTEGER, name VARCHAR, display VARCHAR, other VARCHAR);"
    "CREATE TABLE cat.signatures (oid UINTEGER, arguments VARCHAR, result VARCHAR);"
    "CREATE TABLE cat.names (oid UINTEGER, name VARCHAR, qualified VARCHAR, visible BOOLEAN);";

// Tables whose rows depend on the analyst and the database; `fixed` keeps what they hold for everyone.
constexpr const char* varying[] = {"self",         "names",          "pg_class",
                                   "pg_attribute", "pg_description", "pg_shdescription",
                                   "pg_authid",    "pg_database"};

// A table of ours without rows, for a view or a granted table.
template <class Columns>
std::string CreateEmpty(const char* schema, const std::string& name, const Columns& columns) {
  std::string list;
  for (const auto& column : columns) {
    if (!list.empty()) list += ", ";
    list += QuoteIdentifier(column.name) + " " + CarrierOf(TypeOid(column.type));
  }
  return fmt::format("CREATE TABLE {}.{} ({});", schema, QuoteIdentifier(name), list);
}

bool SameColumns(const View& a, const View& b) {
  return a.name == b.name && a.description == b.description &&
         std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                    [](const ViewColumn& x, const ViewColumn& y) {
                      return x.name == y.name && x.type == y.type && x.description == y.description;
                    });
}

// Nothing that the catalogue tells has changed. Products are immutable once published, so their address will
// do.
bool SameContent(const Database& a, const Database& b) {
  return a.name == b.name && a.analyst == b.analyst && a.description == b.description &&
         a.others == b.others &&
         std::equal(
             a.tables.begin(), a.tables.end(), b.tables.begin(), b.tables.end(),
             [](const Table& x, const Table& y) { return x.name == y.name && x.product == y.product; }) &&
         std::equal(a.views.begin(), a.views.end(), b.views.begin(), b.views.end(), SameColumns);
}

// Types that Values of one kind can carry.
enum class Kind { kBoolean, kInteger, kFloat, kNumeric, kDate, kTimestamp, kArray, kText };

Kind KindOf(Oid type) {
  switch (type) {
    case oid::kBool:
      return Kind::kBoolean;
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
    case oid::kOid:
    case 28:
    case 29:
      return Kind::kInteger;
    case oid::kFloat4:
    case oid::kFloat8:
      return Kind::kFloat;
    case oid::kNumeric:
      return Kind::kNumeric;
    case oid::kDate:
      return Kind::kDate;
    case oid::kTimestamp:
    case oid::kTimestamptz:
      return Kind::kTimestamp;
    case oid::kInt2Vector:
    case oid::kOidVector:
      return Kind::kArray;
    default:
      return ElementOf(type) != 0 ? Kind::kArray : Kind::kText;
  }
}

std::vector<Column> OutputColumns(const Rewritten& rewritten, const Reply& reply) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < reply.names.size(); ++i) {
    const bool known = rewritten.columns.size() == reply.names.size();
    Column column{.name = known ? rewritten.columns[i].name : reply.names[i], .oid = reply.types[i]};
    const Oid inferred = known ? rewritten.columns[i].oid : 0;
    const bool fits = KindOf(inferred) == Kind::kText || KindOf(inferred) == KindOf(column.oid);
    if (inferred == oid::kUnknown)
      column.oid = oid::kText;
    else if (inferred != 0 && fits)
      column.oid = inferred;
    columns.push_back(std::move(column));
  }
  return columns;
}

// Vectors of PostgreSQL print as "1 2", not "{1,2}".
Value Fitted(Value value, Oid type) {
  if (IsNull(value) || std::holds_alternative<std::string>(value)) {
    if (auto* text = std::get_if<std::string>(&value);
        text && (type == oid::kInt2Vector || type == oid::kOidVector)) {
      *text = text->substr(1, text->size() - 2);
      std::replace(text->begin(), text->end(), ',', ' ');
    }
    return value;
  }
  return KindOf(type) == Kind::kText ? Value(ToText(value)) : value;
}

// What the analyst sees of DuckDB's refusal: it speaks of metadata alone.
Refusal Explained(const Error& error) {
  const auto end = error.message.find('\n');
  std::string text = end == std::string::npos ? error.message : error.message.substr(0, end);
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  const auto refusal = [&](const char* reason, const char* hint, const char* sqlstate) {
    return Refusal{.reason = reason, .message = text, .hint = hint, .sqlstate = sqlstate, .position = {}};
  };
  if (error.code == ErrorCode::kTimeout || error.code == ErrorCode::kCancelled) {
    return refusal("catalogue_question", "ask for less at a time", "57014");
  }
  if (error.code == ErrorCode::kResourceExhausted) {
    return refusal("catalogue_question", "ask for less at a time", "53200");
  }
  if (has("relation \"") && has("does not exist")) {
    text = text.substr(text.find("relation \""));
    return refusal("unknown_table", "information_schema.tables lists what is here", "42P01");
  }
  if (has("not found in FROM clause") || has("cannot be referenced before it is defined") ||
      has("does not have a column")) {
    return refusal("unknown_column", "information_schema.columns lists the columns", "42703");
  }
  if (has("division by zero")) {
    text = "division by zero";
    return refusal("bad_value", "guard it: CASE WHEN b <> 0 THEN a / b END", "22012");
  }
  const std::pair<const char*, const char*> kinds[] = {
      {"type \"", "42704"}, {"function \"", "42883"}, {"schema \"", "3F000"}, {"role \"", "42704"}};
  for (const auto& [kind, sqlstate] : kinds) {
    if (!has(kind) || !has("\" does not exist")) continue;
    text = text.substr(text.find(kind));
    return refusal("unknown_name", "pg_catalog lists what is here", sqlstate);
  }
  if (has("Conversion Error")) return refusal("bad_value", "check the literal", "22P02");
  return refusal("catalogue_question", "ask a simpler question of pg_catalog or information_schema", "0A000");
}

Refusal Internal(const Error& error) {
  return Refusal{.reason = "internal",
                 .message = "the catalogue could not be built: " + error.message,
                 .hint = "tell the node's operator",
                 .sqlstate = "XX000",
                 .position = {}};
}

template <class T>
Outcome<T> OrInternal(Result<T> result) {
  if (!result) return tl::unexpected(Internal(result.error()));
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return *std::move(result);
}

class OpenCatalogue : public Catalogue {
 public:
  explicit OpenCatalogue(std::unique_ptr<Duck> duck) : duck_(std::move(duck)) {}

  Result<void> Build() {
    std::string script = own_tables;
    for (const Relation& relation : Relations()) script += CreateRelation(relation);
    TRY(duck_->Execute(script + macros));
    for (const auto& [table, rows] : FixedRecords()) TRY(Fill(table, rows));
    std::string keep;
    for (const char* table : varying)
      keep += fmt::format("CREATE TABLE fixed.{0} AS SELECT * FROM cat.{0};", table);
    // As one value, so that looking a type up is no join, which could change the order of rows.
    keep +=
        "CREATE TABLE cat.display_map AS SELECT map_from_entries(list((oid, display))) AS shown FROM "
        "cat.displays;";
    TRY(duck_->Execute(keep));
    return duck_->Lock();
  }

  Outcome<Description> Describe(const Database& database, const Session& session,
                                const std::string& text) override {
    const std::scoped_lock lock(mutex_);
    const Rewritten rewritten = TRY(Rewrite(database, text, nullptr));
    if (rewritten.sql.empty()) return Description{};
    TRY(OrInternal(Show(database, session)));
    const auto reply = duck_->Describe(rewritten.sql);
    if (!reply) return tl::unexpected(Explained(reply.error()));
    Description description{.columns = OutputColumns(rewritten, *reply), .parameters = rewritten.parameters};
    for (Oid& type : description.parameters) type = type == 0 ? oid::kText : type;
    return description;
  }

  Outcome<Answer> Ask(const Database& database, const Session& session, const std::string& text,
                      const Row& parameters, const engine::Cancel* cancel) override {
    const std::scoped_lock lock(mutex_);
    const Rewritten rewritten = TRY(Rewrite(database, text, &parameters));
    if (rewritten.sql.empty()) return Answer{};
    TRY(OrInternal(Show(database, session)));
    TRY(OrInternal(FillRead(database, session, rewritten.reads)));
    auto reply = duck_->Run(rewritten.sql, RunLimits{.cancel = cancel});
    if (!reply) return tl::unexpected(Explained(reply.error()));
    Answer answer{
        .columns = OutputColumns(rewritten, *reply), .rows = std::move(reply->rows), .settings = {}};
    for (Row& row : answer.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) row[i] = Fitted(std::move(row[i]), answer.columns[i].oid);
    }
    for (const auto& [name, column] : rewritten.set_config) {
      if (!answer.rows.empty()) answer.settings.emplace_back(name, ToText(answer.rows[0][column]));
    }
    return answer;
  }

 private:
  Result<void> Fill(const std::string& table, const std::vector<Row>& rows) {
    const auto dot = table.find('.');
    return duck_->Append(table.substr(0, dot), table.substr(dot + 1), rows);
  }

  // Puts this analyst's view of this database in place of the one before.
  Result<void> Show(const Database& database, const Session& session) {
    if (shown_ && SameContent(*shown_, database)) {
      if (process_ == session.process) return {};
      process_ = session.process;
      return duck_->Execute(fmt::format(
          "CREATE OR REPLACE TABLE cat.self AS SELECT * REPLACE ({}::INTEGER AS process) FROM cat.self",
          process_));
    }
    shown_.reset();
    std::string script =
        "DROP SCHEMA conc CASCADE; CREATE SCHEMA conc; DROP SCHEMA granted CASCADE; CREATE SCHEMA granted;";
    for (const char* table : varying) {
      script += fmt::format("CREATE OR REPLACE TABLE cat.{0} AS SELECT * FROM fixed.{0};", table);
    }
    for (const View& view : database.views) script += CreateEmpty("conc", view.name, view.columns);
    for (const Table& table : database.tables)
      script += CreateEmpty("granted", table.name, table.product->columns);
    TRY(duck_->Execute(script));
    for (const auto& [table, rows] : DatabaseRecords(database, session)) TRY(Fill(table, rows));
    shown_ = database;
    process_ = session.process;
    return {};
  }

  // What is current only now: settings, and the views that the node computes.
  Result<void> FillRead(const Database& database, const Session& session,
                        const std::set<std::string>& reads) {
    if (reads.contains("pg_catalog.pg_settings")) {
      TRY(duck_->Execute("TRUNCATE cat.pg_settings"));
      TRY(Fill("cat.pg_settings", SettingRows(session)));
    }
    for (const View& view : database.views) {
      if (!reads.contains("concordat." + view.name)) continue;
      const std::vector<Row> rows = TRY(view.rows());
      TRY(duck_->Execute("TRUNCATE conc." + QuoteIdentifier(view.name)));
      TRY(duck_->Append("conc", view.name, rows));
    }
    return {};
  }

  std::mutex mutex_;
  std::unique_ptr<Duck> duck_;
  std::optional<Database> shown_;
  std::int32_t process_ = 0;
};

}  // namespace

Result<std::unique_ptr<Catalogue>> Catalogue::Open() {
  auto catalogue = std::make_unique<OpenCatalogue>(TRY(Duck::Open(memory_mb)));
  TRY(catalogue->Build());
  return catalogue;
}

}  // namespace concordat::pgcatalog
