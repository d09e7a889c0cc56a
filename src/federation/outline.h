// A plan of release's, as far as members must have it alike.
#pragma once

#include "federation/seam.h"
#include "release/joint.h"

namespace concordat::federation {

Outline OutlineOf(const release::JointPlan& plan);
// How an owner's description of its plan differs from this node's, in words.
std::string DifferenceOf(const std::string& owner, const std::string& theirs, const std::string& description);

}  // namespace concordat::federation
