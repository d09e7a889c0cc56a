// What a layer's matrix multiplies: inputs and a 1 for the bias, patches under a filter, indicators of
// levels.
#pragma once

#include "network/layer.h"

namespace concordat::network {

// (layer.inputs x places * lanes).
Lanes Gather(const Layer& layer, const Lanes& in);
// Back to (layer.in.size() x lanes): what a number was gathered to at several places adds up.
Lanes Scatter(const Layer& layer, const Lanes& gradient, Index lanes);
// Of an embedding: columns that are no indicators, and below them what was looked up.
Lanes BesideNumbers(const Layer& layer, const Lanes& in, const Lanes& looked_up);

}  // namespace concordat::network
