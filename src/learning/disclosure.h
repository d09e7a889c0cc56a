// Refusals that methods share: what an agreement's rules do not let be shown, and totals that lead nowhere.
#pragma once

#include <cstddef>
#include <span>

#include "base/json.h"
#include "base/refusal.h"
#include "base/result.h"
#include "learning/method.h"

namespace concordat::learning {

// A fit of some parameters over some rows (or, of survival, events). Refusals: too_few_rows,
// too_many_parameters.
Outcome<void> CheckSize(const Rules& rules, double rows, double parameters);

// A state or totals that this method did not make, where a refusal must be said. Reason: state_invalid.
tl::unexpected<Refusal> RefuseState(const Error& error);
// Refuses what are not as many finite numbers.
Outcome<void> CheckTotals(std::span<const double> totals, std::size_t length);
// The same of a method's round; what is not its state, too.
Outcome<void> CheckTotals(const Method& method, const Json& state, std::span<const double> totals);

}  // namespace concordat::learning
