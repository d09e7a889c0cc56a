// A plan of release's, as far as members must have it alike.
#pragma once

#include "federation/seam.h"
#include "release/joint.h"

namespace concordat::federation {

Outline OutlineOf(const release::JointPlan& plan);

}  // namespace concordat::federation
