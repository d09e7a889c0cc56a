// The tables behind LanesOf. For lanes*.cc alone.
#pragma once

#include "he/lanes.h"

namespace concordat::he {

extern const Lanes kScalarLanes;
extern const Lanes kAvx2Lanes;
extern const Lanes kIfmaLanes;

}  // namespace concordat::he
