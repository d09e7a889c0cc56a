// What a question of several members, or a round of a fit, leaves on the ledger of whoever takes part in it:
// an owner, or the node that asks. Format: docs/formats/entry.md.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "release/entry.h"
#include "release/release.h"

namespace concordat::release {

// What is told of. All that it refers to outlives it.
struct JointRecord {
  const Parts& parts;
  const std::string& id;
  const Caller& caller;
  const Question& question;
  const Prepared& prepared;
  std::function<Json(const char* outcome)> body;  // of its entries
  Release::Log log = {};                          // hears why nothing could be entered
  Json failed = Json::object();                   // what the secret part of a failure has besides
};

// Enters `body` and `secret`, durably, while what was decided holds. Refuses when the agreement ended
// meanwhile, and when the ledger fails; enters a failure then.
Outcome<void> EnterInForce(const JointRecord& record, Json body, Json secret);
// That this owner helps to open the sum of `context` ("" where sums are not secret). Refuses also when the
// record says that it helped already: then nothing must be opened.
Outcome<void> EnterContribution(const JointRecord& record, const std::string& context);
// That nothing came of it, once. Errors: the ledger's, which the log has heard of.
Result<void> EnterFailure(const JointRecord& record);

}  // namespace concordat::release
