// The log's head as a signed note (c2sp.org/tlog-checkpoint): origin, size, root.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/note.h"
#include "ledger/merkle.h"

namespace concordat::ledger {

struct Checkpoint {
  std::string origin;  // the log's name, which is its key's
  std::uint64_t size = 0;
  Hash root{};
  bool operator==(const Checkpoint&) const = default;
};

// "ORIGIN\nSIZE\nBASE64(root)\n"
std::string CheckpointText(const Checkpoint& checkpoint);
// Strict: no leading zeros, no signs; further lines after the third are extensions and passed over.
Result<Checkpoint> ParseCheckpoint(std::string_view text);

}  // namespace concordat::ledger
