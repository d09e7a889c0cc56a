// All statistics and models there are, by name: the lists of the modules that have some, joined.
#pragma once

#include <memory>
#include <span>

#include "learning/known.h"

namespace concordat::methods {

// Sorted by name.
std::span<const learning::KnownMethod> All();

// The method of a call. Refusals: learning::MakeMethod's.
learning::Made Make(const learning::Call& call, const learning::Schema& schema, const learning::Rules& rules);
// The same under noise. Refusals: learning::MakeNoisyMethod's.
learning::MadeNoisy MakeNoisy(const learning::Call& call, const learning::Schema& schema,
                              const learning::Rules& rules);

}  // namespace concordat::methods
