// The entries that questions leave: what they were charged, and what came of them. Format:
// docs/formats/entry.md.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "ledger/budget.h"
#include "ledger/charge.h"
#include "ledger/entry.h"
#include "release/answer.h"
#include "release/prepare.h"
#include "release/sharing.h"

namespace concordat::release {

ledger::Charge ChargeOf(const std::string& id, const Prepared& prepared);
// What a charge leaves, in the tightest words: the agreement's level.
std::string LeftText(const std::vector<ledger::LevelState>& after);

// The public body of a release entry.
Json ReleaseBody(const std::string& id, const char* outcome, const Prepared& prepared);
// Its secret part: what was asked, and the answer if there is one.
Json SecretOf(const Caller& caller, const Question& question, const Prepared& prepared, const Answer* answer);
// Of an owner's part in a joint question.
Json OwnerBody(const std::string& id, const char* outcome, const Prepared& prepared, const Sharing& sharing);
// Of all owners' parts together, on the ledger of the node that asked.
Json AskerBody(const std::string& id, const char* outcome, const Prepared& prepared, const Sharing& sharing,
               const std::string& identity);
// Is there already an entry of that kind of this question, of that outcome where one is given?
Outcome<bool> IsOnRecord(const Parts& parts, const std::string& id, const std::string& kind,
                         const char* outcome);
// What came of a question that was charged, with what was asked; sealed where the agreement says so.
ledger::Draft RecordOf(Json body, Json secret, const Prepared& prepared, Time now);

}  // namespace concordat::release
