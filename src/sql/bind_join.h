// Joins of rows of people with public tables: at most one public row for each, so that nobody has more rows
// afterwards. Argument: plan.proof.md.
#pragma once

#include <functional>

#include "sql/bind_rows.h"

namespace concordat::sql {

// Binds a table or subquery of a FROM.
using BindTableOf = std::function<Outcome<NamedRelation>(const pg_query::Node& item)>;

// An item of a FROM: a table, a subquery, or joins of these.
// Refusals: join_not_supported (a kind of join; two tables of people), join_condition, join_without_key,
// type_mismatch, unit_exposed, ambiguous_column, duplicate_table, too_many_tables.
Outcome<NamedRelation> BindItem(const pg_query::Node& item, const BindTableOf& table);

// A further item of a FROM, joined by those equalities of columns that stand in `select`'s WHERE. Refusals:
// as above.
Outcome<NamedRelation> JoinWhere(NamedRelation left, NamedRelation right, const pg_query::SelectStmt& select,
                                 int position);

// The table that a column of the relation is of.
const NamedTable& TableOf(const NamedRelation& from, std::size_t index);

}  // namespace concordat::sql
