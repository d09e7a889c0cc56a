// What is done before an engine runs, for every kind of question: it is charged, durably, while all that was
// decided holds.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "release/prepare.h"
#include "release/release.h"

namespace concordat::release {

// Refuses a question whose id is on record as charged: question_known.
Outcome<void> CheckNew(const Parts& parts, const std::string& id);
// Enters a charge of `body` if StillPermitted and then `fits` agree, which is asked as the ledger's
// condition. Who objected by then is taken into `prepared`: an objection holds for every question charged
// after it. Refusals: theirs; unavailable.
Outcome<void> EnterCharge(const Parts& parts, const Caller& caller, const Question& question,
                          const std::string& analysis, Prepared& prepared, Json body,
                          const std::function<Outcome<void>()>& fits);

}  // namespace concordat::release
