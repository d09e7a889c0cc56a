// The newest checkpoint that this node knows it has signed, kept outside the store: an earlier store put in
// its place is in itself without fault, and would forget what was charged since.
#pragma once

#include <filesystem>
#include <string_view>

#include "ledger/ledger.h"

namespace concordat::node {

// That the ledger begins with what `note`, a checkpoint signed by this member, signs. Errors:
// kInvalidArgument when it is no checkpoint of this member; kCorrupt when the ledger is shorter or another.
Result<ledger::Checkpoint> CheckBeginsWith(const ledger::Ledger& ledger, std::string_view note);

// Holds the ledger against the checkpoint in `file`; nothing to say when there is no such file yet.
// Errors: kCorrupt, with what to do.
Result<void> CheckRemembered(const ledger::Ledger& ledger, const std::filesystem::path& file);

// Writes the newest checkpoint to `file`, durably; nothing before the first entry.
Result<void> Remember(const ledger::Ledger& ledger, const std::filesystem::path& file);

}  // namespace concordat::node
