// What this product adds to SQL, as functions that clients find: \df concordat.*, DBeaver's tree.
#pragma once

#include "pgcatalog/records.h"

namespace concordat::pgcatalog {

inline constexpr Oid concordat_schema = 13208;

// Rows of pg_proc and pg_description, and of cat.signatures: what pg_get_function_arguments and
// pg_get_function_result say.
void AddOwnFunctions(Records& records);

}  // namespace concordat::pgcatalog
