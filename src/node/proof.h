// That an entry is on this node's log, for others to keep: docs/formats/receipt.md.
#pragma once

#include <cstdint>
#include <string>

#include "node/node.h"

namespace concordat::node {

// Under the newest checkpoint that has the entry, a cosigned one if there is one. Checked before: what does
// not hold is not handed out. Errors: the ledger's.
Result<std::string> ReceiptText(Node& node, std::uint64_t index);

}  // namespace concordat::node
