// A call of boost read, whatever protects it, and the table that it comes to.
#pragma once

#include <vector>

#include "boosting/state.h"
#include "learning/options.h"

namespace concordat::boosting {

struct BoostDefaults {
  int trees = 100;
  int depth = 6;
  int bins = 64;
  double eta = 0.3;
  bool chooses =
      true;  // splits by their gain: there may be monotone constraints, and rows and features be drawn
};
// Reads what is left of the options. Refusals: those of BindBoostColumns and Options; response_out_of_range;
// too_many_terms for more than a round carries; monotone_invalid.
Outcome<Boost> BindBoost(const Call& call, const Schema& schema, const Rules& rules, Options& options,
                         const BoostDefaults& defaults);

// A row a feature: how many splits are by it, what they gain together, and its share of all gains; without
// noise alone, for shapes that chance drew gain nothing (null).
std::vector<Output> BoostTableColumns();
Fitted BoostTableOf(const Boost& boost, const BoostState& state);

}  // namespace concordat::boosting
