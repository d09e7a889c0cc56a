// A round of a fit, as far as members must have it alike.
#pragma once

#include "federation/seam.h"
#include "release/fit.h"

namespace concordat::federation {

// `length`: of the round.
Outline OutlineOf(const release::FitPlan& plan, std::size_t length);

}  // namespace concordat::federation
