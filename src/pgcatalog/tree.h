// Small ways to make and read nodes of PostgreSQL's syntax tree.
#pragma once

#include <pg_query.pb.h>

#include <string>

namespace concordat::pgcatalog {

pg_query::Node StringNode(const std::string& text);    // a name in a list of names
pg_query::Node TextConstant(const std::string& text);  // 'text'
pg_query::Node IntegerConstant(int value);
pg_query::Node NullConstant();
// CAST(node AS carrier): `carrier` is DuckDB's name of a type, "UINTEGER[]" for a list.
pg_query::Node CastTo(pg_query::Node node, const std::string& carrier);
pg_query::Node CallOf(const std::string& function, std::vector<pg_query::Node> arguments);
pg_query::Node NotOf(pg_query::Node node);

// The text of a string constant, or nothing.
const std::string* ConstantText(const pg_query::Node& node);
// The last of a list of names: "format_type" of pg_catalog.format_type; all but that: "pg_catalog" or "".
std::string LastName(const google::protobuf::RepeatedPtrField<pg_query::Node>& names);
std::string Qualifier(const google::protobuf::RepeatedPtrField<pg_query::Node>& names);

// PostgreSQL's name of an output column that was given none: FigureColname of its parser.
std::string ColumnName(const pg_query::Node& node);

}  // namespace concordat::pgcatalog
