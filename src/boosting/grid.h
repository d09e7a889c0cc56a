// How finely gradients and hessians are rounded, and how the three sums of a cell lie in one integer.
//
// With fewer than 2^r rows of all members together, a gradient of at most 2^k units a row sums up to less
// than 2^(r + k) units over any of them, and has a slot of r + k + 1 bits; a hessian likewise, and rows
// r + 1. All of it follows from the state, whose number of rows is a total that all have seen; a member whose
// own rows are more than that, or have a larger gradient, declines the round. So the total of members that
// keep to this stays within its slots (learning/fixed_point.h), however rows are dealt out and however many
// members there are. r + k is 53 at most: what doubles hold exactly.
#pragma once

#include <optional>

#include "base/int128.h"
#include "boosting/state.h"
#include "learning/fixed_point.h"

namespace concordat::boosting {

class BoostGrid {
 public:
  // Slots of gradient, hessian and rows.
  const Slots& slots() const { return slots_; }
  // One row's; none where it is past what a row may have.
  std::optional<Uint128> Packed(const Gradient& gradient) const;

 private:
  friend BoostGrid GridOf(const Boost& boost, std::int64_t rows);

  Slots slots_;
  double most_gradient_ = 0, most_hessian_ = 0;  // of a row, in units
};

// Precondition: 1 to 2^31 - 1 rows.
BoostGrid GridOf(const Boost& boost, std::int64_t rows);

}  // namespace concordat::boosting
