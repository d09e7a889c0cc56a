// The ledger's tables, version by version. Format: docs/formats/ledger.md.
#include "ledger/ledger.h"

namespace concordat::ledger {
namespace {

constexpr char kTables[] =
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, leaf BLOB NOT NULL, salt BLOB NOT NULL, secret BLOB "
    "NOT NULL) STRICT;"
    "CREATE TABLE tile (level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL,"
    " PRIMARY KEY (level, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), note TEXT NOT NULL) STRICT;";

// Names, and those that the entries so far would have been given (name.cc).
constexpr char kNames[] =
    "CREATE TABLE name (name TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (name, entry))"
    " STRICT, WITHOUT ROWID;"
    "WITH leaves AS (SELECT number, CAST(leaf AS TEXT) AS leaf FROM entry), told AS ("
    " SELECT number, json_extract(leaf, '$.kind') AS kind, json_extract(leaf, '$.body.outcome') AS outcome,"
    "  coalesce(json_extract(leaf, '$.body.question'), '') AS question,"
    "  coalesce(json_extract(leaf, '$.body.identity'), '') AS identity,"
    "  coalesce(json_extract(leaf, '$.body.agreement'), '') AS agreement,"
    "  coalesce(json_extract(leaf, '$.body.analyst'), '') AS analyst"
    " FROM leaves WHERE json_valid(leaf))"
    "INSERT INTO name"
    " SELECT 'asker/' || agreement || '/' || analyst, number FROM told WHERE kind = 'charge'"
    " UNION ALL SELECT 'question/' || question, number FROM told WHERE kind = 'charge'"
    "  OR (kind = 'release' AND outcome IS NOT 'repeated')"
    " UNION ALL SELECT 'repeat/' || question, number FROM told"
    "  WHERE kind = 'release' AND outcome = 'repeated'"
    " UNION ALL SELECT 'identity/' || identity, number FROM told"
    "  WHERE kind = 'release' AND outcome = 'answered';";

}  // namespace

store::Migrations LedgerMigrations() { return {kTables, kNames}; }

}  // namespace concordat::ledger
