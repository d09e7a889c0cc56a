// How much noise each column of a plan gets, and the sensitivity that follows. Argument: plan.proof.md.
#pragma once

#include "base/units.h"
#include "sql/plan.h"

namespace concordat::sql {

// Chooses all noise for a question that may cost `budget`: steps, sensitivities, threshold, what to charge.
// False when some column gets no grid step.
bool Spend(Plan& plan, const PrivacyBudget& budget);

}  // namespace concordat::sql
