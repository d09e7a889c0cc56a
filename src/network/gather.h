// What a layer's matrix multiplies: inputs and a 1 for the bias, patches under a filter, indicators of
// levels.
#pragma once

#include "network/layer.h"

namespace concordat::network {

struct Filter {
  Index height = 1, width = 1, stride = 1;
};
// Precondition: IsConvolution(layer).
inline Filter FilterOf(const Layer& layer) {
  const auto& numbers = layer.text.numbers;
  const auto width = static_cast<Index>(numbers[1]);
  return {.height = layer.text.kind == Kind::kConv2d ? width : 1,
          .width = width,
          .stride = numbers.size() > 2 ? static_cast<Index>(numbers[2]) : 1};
}

// Calls `each(column of the matrix, place, number of what is given)` for each number under each place of a
// filter.
template <class Each>
void ForEachUnder(const Layer& layer, Each each) {
  const Filter filter = FilterOf(layer);
  for (Index y = 0; y < layer.out.height; ++y)
    for (Index x = 0; x < layer.out.width; ++x)
      for (Index c = 0; c < layer.in.channels; ++c)
        for (Index i = 0; i < filter.height; ++i)
          for (Index j = 0; j < filter.width; ++j) {
            const Index from =
                (c * layer.in.height + y * filter.stride + i) * layer.in.width + x * filter.stride + j;
            each((c * filter.height + i) * filter.width + j, y * layer.out.width + x, from);
          }
}

// (layer.inputs x places * lanes).
Lanes Gather(const Layer& layer, const Lanes& in);
// Back to (layer.in.size() x lanes): what a number was gathered to at several places adds up.
Lanes Scatter(const Layer& layer, const Lanes& gradient, Index lanes);
// Of an embedding: columns that are no indicators, and below them what was looked up.
Lanes BesideNumbers(const Layer& layer, const Lanes& in, const Lanes& looked_up);

}  // namespace concordat::network
