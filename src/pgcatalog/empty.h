// Questions that no row can answer: tools ask them for names and types of columns alone (dbplyr's WHERE 0 =
// 1, Spark's WHERE 1=0, LIMIT 0). They are the catalogue's, over tables that are empty there.
#pragma once

#include <pg_query.pb.h>

namespace concordat::pgcatalog {

// True if the answer has no rows whatever the tables hold: LIMIT 0, or plain columns WHERE false.
bool HasNoRows(const pg_query::SelectStmt& select);

}  // namespace concordat::pgcatalog
