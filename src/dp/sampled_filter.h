// What a history with sampled releases costs: filters of one Rényi order each, which history does not choose
// among after the fact. Argument: sampled.proof.md. Pure functions.
#pragma once

#include "dp/sampled.h"

namespace concordat::dp {

// The least epsilon for which the filter of `spent` and everything above it accept, where the order of a
// budget's filter is the one that has room for the most releases like `first` under (epsilon, delta):
// chosen by the budget and by what was measured first, before there was any answer. Infinite past 64.
double EpsilonAsFirst(const RenyiCurve& spent, const RenyiCurve& first, double delta);

// The same with filters at 12 orders side by side, each with an equal part of `delta`.
double EpsilonOnGrid(const RenyiCurve& spent, double delta);

}  // namespace concordat::dp
