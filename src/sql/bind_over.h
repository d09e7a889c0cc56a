// A SELECT over values that are released already, each column of them a group.
#pragma once

#include "sql/bind_rows.h"

namespace concordat::sql {

// WHERE and the outputs are of those columns; * must be written out. Refusals: those of Bind.
Outcome<Query> BindOverColumns(const pg_query::SelectStmt& select, NamedRelation from, BindContext& context);

}  // namespace concordat::sql
