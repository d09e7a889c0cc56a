// How far a unit moves a round under noise, for tests of bounds.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "learning/method.h"

namespace concordat::learning {

// The most that taking one unit's rows away moves the round's integers by, in L2, as a share of `steps`: over
// all units. Precondition: the state is one of the method's.
double MostMoved(const NoisyMethod& method, const UnitRows& units, const Json& state, std::uint64_t steps);
// What rounds at these states cost together, as a share of the fit.
double SharesOf(const NoisyMethod& method, const std::vector<Json>& states);

}  // namespace concordat::learning
