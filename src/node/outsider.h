// What anyone can do with a key and the files of a log, without a member's home.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "node/verb.h"

namespace concordat::node {

// Arguments: text (a tlog-proof), key, witnesses (vkeys) and quorum. Errors: as ledger::CheckReceipt.
Result<Reply> CheckReceiptFile(const Json& arguments);

// Arguments: log (a folder, or the address that serves one), key, state (a file, kept from one time to the
// next). Errors: as ledger::Follow.
Result<Reply> MonitorLog(const Json& arguments, const Progress& progress);

}  // namespace concordat::node
