// Which shape a layer gives for what it is given, and how many weights it has.
#pragma once

#include "network/network.h"

namespace concordat::network {

// Fills in what follows from `layer.text` and `layer.in`. Refusals: layers_do_not_fit.
Outcome<void> FitShapes(const Inputs& inputs, bool first, Layer& layer);

}  // namespace concordat::network
