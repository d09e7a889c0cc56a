#include "network/gather.h"

namespace concordat::network {
namespace {

struct Filter {
  Index height = 1, width = 1, stride = 1;
};

Filter FilterOf(const Layer& layer) {
  const auto& numbers = layer.text.numbers;
  const auto width = static_cast<Index>(numbers[1]);
  return {.height = layer.text.kind == Kind::kConv2d ? width : 1,
          .width = width,
          .stride = numbers.size() > 2 ? static_cast<Index>(numbers[2]) : 1};
}

// Calls `each(row of the matrix, place, row of what is given)` for each number under each place of a filter.
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

Lanes Patches(const Layer& layer, const Lanes& in) {
  Lanes patches = Lanes::Ones(layer.inputs, layer.places * in.cols());
  ForEachUnder(layer, [&](Index row, Index place, Index from) {
    patches.row(row).segment(place * in.cols(), in.cols()) = in.row(from);
  });
  return patches;
}

// A level is looked up by its indicators; of the first all are 0.
Lanes Levels(const Layer& layer, const Lanes& in) {
  Lanes levels = Lanes::Zero(layer.inputs, layer.places * in.cols());
  Index first = 0, place = 0;
  for (const Indicators& factor : layer.factors) {
    for (Index i = 0; i < in.cols(); ++i) {
      Index level = 0;
      for (Index k = 0; k < factor.count; ++k)
        if (in(factor.first + k, i) > 0.5) level = k + 1;
      levels(first + level, place * in.cols() + i) = 1;
    }
    first += factor.count + 1;
    ++place;
  }
  return levels;
}

}  // namespace

Lanes Gather(const Layer& layer, const Lanes& in) {
  if (IsConvolution(layer)) return Patches(layer, in);
  if (layer.text.kind == Kind::kEmbedding) return Levels(layer, in);
  Lanes with_one(in.rows() + 1, in.cols());
  with_one << in, Lanes::Ones(1, in.cols());
  return with_one;
}

Lanes Scatter(const Layer& layer, const Lanes& gradient, Index lanes) {
  if (!IsConvolution(layer)) return gradient.topRows(layer.in.size());
  Lanes back = Lanes::Zero(layer.in.size(), lanes);
  ForEachUnder(layer, [&](Index row, Index place, Index from) {
    back.row(from) += gradient.row(row).segment(place * lanes, lanes);
  });
  return back;
}

Lanes BesideNumbers(const Layer& layer, const Lanes& in, const Lanes& looked_up) {
  Lanes beside(layer.out.size(), in.cols());
  Index row = 0;
  for (Index j = 0; j < in.rows(); ++j) {
    bool indicator = false;
    for (const Indicators& factor : layer.factors)
      indicator = indicator || (j >= factor.first && j < factor.first + factor.count);
    if (!indicator) beside.row(row++) = in.row(j);
  }
  beside.bottomRows(looked_up.rows()) = looked_up;
  return beside;
}

}  // namespace concordat::network
