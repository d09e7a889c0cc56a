// How far a noisy value is from the exact one: what `concordat.margins` shows and `concordat.accuracy` asks
// for.
#pragma once

#include "dp/measurement.h"

namespace concordat::dp {

// Half-width of the interval that holds the exact value with 95% chance, in the units of `scale` (sigma or
// b).
double HalfWidth(Mechanism mechanism, double scale);
// The same of the sum of so many independent draws, each of that `scale`: within 1% for Laplace noise, whose
// sum has no simple form.
double HalfWidthOfSum(Mechanism mechanism, double scale, std::uint64_t draws);
// The scale whose half-width is `half_width`.
double ScaleForHalfWidth(Mechanism mechanism, double half_width);
// Half-width in units of the answer, when one unit of the answer is `steps_a_unit` grid steps.
double HalfWidthOfAnswer(Mechanism mechanism, double steps_a_unit);

}  // namespace concordat::dp
