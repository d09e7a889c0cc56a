// What the total of a round leads to: bins of the first, a level of a tree of the others.
#pragma once

#include <span>
#include <string>

#include "base/refusal.h"
#include "boosting/state.h"

namespace concordat::boosting {

// The state at the first tree. Refusals: too_few_rows, too_many_parameters, level_too_small, constant_column,
// leverage_too_high.
Outcome<BoostState> StartGrowing(const Boost& boost, std::span<const double> totals);

// Each open node splits or becomes a leaf; a tree that is whole joins the ensemble and the next begins.
struct Grown {
  std::string said;   // for people
  bool done = false;  // no tree is to come
};
// Refusals: no_split: not even the first tree has one.
Outcome<Grown> GrowLevel(const Boost& boost, std::span<const double> totals, BoostState* state);

}  // namespace concordat::boosting
