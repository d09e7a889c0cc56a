// Makers of boosting's method, exact and under noise.
#pragma once

#include <span>

#include "learning/known.h"

namespace concordat::boosting {

// The methods of this module.
std::span<const learning::KnownMethod> Methods();

// Refusals: those of MakeMethod, but unknown_method.
learning::Made MakeBoost(const learning::Call& call, const learning::Schema& schema,
                         const learning::Rules& rules);
learning::MadeNoisy MakeNoisyBoost(const learning::Call& call, const learning::Schema& schema,
                                   const learning::Rules& rules);

}  // namespace concordat::boosting
