// The time grid: an answer leaves at the first multiple of the grid after its work is done, counted from its
// arrival, so that its duration tells nothing finer than the grid about the rows.
//
// Long work doubles the step each time it is passed (grid, 2 × grid, 4 × grid, …): the number of
// distinguishable durations is logarithmic in the time limit.
#pragma once

#include "base/clock.h"

namespace concordat::release {

// When an answer may leave, as time since arrival: `grid` times the smallest power of two that is not below
// `worked`.
inline Milliseconds LeavesAfter(Milliseconds worked, Milliseconds grid) {
  Milliseconds leaves = grid;
  while (leaves < worked) leaves *= 2;
  return leaves;
}

}  // namespace concordat::release
