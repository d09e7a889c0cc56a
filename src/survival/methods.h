// Makers of the methods of survival; the table of them is in methods.cc.
#pragma once

#include "learning/known.h"

namespace concordat::survival {

// Sorted by name.
std::span<const learning::KnownMethod> Methods();

// Refusals: those of learning::MakeMethod, but unknown_method.
learning::Made MakeCox(const learning::Call& call, const learning::Schema& schema,
                       const learning::Rules& rules);
learning::Made MakeKaplanMeier(const learning::Call& call, const learning::Schema& schema,
                               const learning::Rules& rules);
learning::MadeNoisy MakeNoisyKaplanMeier(const learning::Call& call, const learning::Schema& schema,
                                         const learning::Rules& rules);
learning::Made MakeLogRank(const learning::Call& call, const learning::Schema& schema,
                           const learning::Rules& rules);
learning::MadeNoisy MakeNoisyLogRank(const learning::Call& call, const learning::Schema& schema,
                                     const learning::Rules& rules);

}  // namespace concordat::survival
