// Rows of catalogue relations: those that are the same for everyone, and those of one analyst's view of a
// database.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcatalog/pgcatalog.h"
#include "pgcatalog/relations.h"

namespace concordat::pgcatalog {

// A row of `shape` with these values and, in every other column, what "nothing" is for its type.
Row MakeRow(const Relation& shape, std::initializer_list<std::pair<std::string_view, Value>> values);

// Rows by qualified carrier table ("cat.pg_class").
using Records = std::map<std::string, std::vector<Row>>;

Records FixedRecords();
Records DatabaseRecords(const Database& database, const Session& session);

// What \d+ says of a column: its description, range or domain, unit.
std::string ColumnComment(const catalogue::Column& column);

}  // namespace concordat::pgcatalog
