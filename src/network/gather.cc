#include "network/gather.h"

namespace concordat::network {
namespace {

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
