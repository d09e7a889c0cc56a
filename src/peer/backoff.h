// How long to leave somebody alone who did not answer: exponential, with jitter, so that many who lost one
// node do not all come back to it at once.
#pragma once

#include "base/clock.h"
#include "base/random.h"

namespace concordat::peer {

// After so many failures in a row (1 or more): evenly between half and all of `first` doubled each time, at
// most `longest`.
Milliseconds BackoffAfter(int failures, Milliseconds first, Milliseconds longest, RandomSource& random);

}  // namespace concordat::peer
