// Makers of networks; the table of methods is in methods.cc.
#pragma once

#include "learning/known.h"

namespace concordat::training {

// Sorted by name.
std::span<const learning::KnownMethod> Methods();

// Refusals: those of learning::MakeMethod, but unknown_method.
learning::Made MakeNetwork(const learning::Call& call, const learning::Schema& schema,
                           const learning::Rules& rules);
learning::MadeNoisy MakeNoisyNetwork(const learning::Call& call, const learning::Schema& schema,
                                     const learning::Rules& rules);

}  // namespace concordat::training
