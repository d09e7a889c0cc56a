// What a store's tables are, and how an older store becomes a newer one.
#pragma once

#include <string>
#include <vector>

#include "store/statement.h"

namespace concordat::store {

// SQL that brings a store from version N to N + 1, where N is its place in the list.
using Migrations = std::vector<std::string>;

enum class Found { kNew, kOurs };
// Errors: kFailedPrecondition when another program made the file, or a newer version of this one.
Result<Found> CheckOwner(sqlite3* connection, const Migrations& migrations);
// All missing steps in one transaction. Precondition: CheckOwner agreed.
Result<void> Migrate(sqlite3* connection, const Migrations& migrations);
// Errors: kCorrupt when the tables are not, to the letter, those that the migrations make.
Result<void> CheckSchema(sqlite3* connection, const Migrations& migrations);

enum class Depth { kQuick, kWhole };
// SQLite's own check of its pages; kWhole reads indices against tables too. Errors: kCorrupt.
Result<void> CheckPages(sqlite3* connection, Depth depth);

}  // namespace concordat::store
