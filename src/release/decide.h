// May a question be asked, and does what allowed it still hold? Read where the caller holds Share, or is the
// ledger's own condition.
#pragma once

#include <string>

#include "release/release.h"

namespace concordat::release {

struct Prepared;

// May this caller ask this now, as far as the record and the question's settings go? `analysis`: what the
// agreement must allow.
Outcome<agreement::Permit> DecideOn(const Parts& parts, const Caller& caller, const Question& question,
                                    const std::string& analysis = "sql");
// What the agreement must allow for a fit by a method: the method, or where it allows them all "fit".
std::string AnalysisFor(const Parts& parts, const std::string& agreement, const std::string& method);
// One that the agreement allows: for who asks nothing yet.
std::string AnyAnalysis(const Parts& parts, const std::string& agreement);
// Is a product being used? Refusals: product_draft, product_retired.
Outcome<void> CheckLife(const catalogue::Catalogue& catalogue, const std::string& product, Time now);
// Is the document that a question was prepared under still the one in force, and its product in use? Its
// analyst, training and hours were looked at when it was charged.
Outcome<void> InForce(const Parts& parts, const Prepared& prepared);
// All that was decided, once more when it is the charge's turn: others' steps may have come between.
Outcome<void> StillPermitted(const Parts& parts, const Caller& caller, const Question& question,
                             const Prepared& prepared, const std::string& analysis);

}  // namespace concordat::release
