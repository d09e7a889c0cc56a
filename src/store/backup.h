// Copies of a store: made while it is in use, and looked at before anyone relies on them.
#pragma once

#include <filesystem>

#include "store/schema.h"

namespace concordat::store {

// A consistent copy of what `source` holds, as one self-contained file of mode 0600, durable when this
// returns. A crash leaves at most FILE.partial. Errors: kAlreadyExists if `file` is there; disk full.
Result<void> CopyTo(sqlite3* source, const std::filesystem::path& file);

// Is `file` a whole store of this program, of this or an earlier version? Changes nothing. Errors: kNotFound,
// kFailedPrecondition, kCorrupt.
Result<void> CheckBackup(const std::filesystem::path& file, const Migrations& migrations);

}  // namespace concordat::store
