// Follows another member's log from what it serves, and believes nothing of it: each signature, each new
// entry's hash, each new tile, and that the log only ever grew.
#pragma once

#include <functional>
#include <string>

#include "crypto/keys.h"
#include "ledger/served.h"

namespace concordat::ledger {

struct Sighting {
  Checkpoint before, now;
  std::string note;  // now's; to be kept as `seen` of the next time
};

// Told of each new entry in order, once it is known to be the log's: whether the whole is, only Follow's
// return says.
using EntryReader = std::function<Result<void>(const Entry& entry)>;

// Reads the log from `seen` on, a checkpoint's note from last time, or from its beginning where that is
// empty. Memory: a few tiles and one bundle. Errors, each with both checkpoints in its words:
// kFailedPrecondition for a fork (the log signed a history that does not continue what it signed before) and
// for a roll-back (it signed more before). kCorrupt when what is served does not come to the checkpoint it is
// served with; kInvalidArgument for a checkpoint that is none of this log's; the reader's.
Result<Sighting> Follow(const FileReader& files, const crypto::VerifyKey& log, const std::string& seen,
                        const EntryReader& read);

}  // namespace concordat::ledger
