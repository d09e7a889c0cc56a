#include "network/shape.h"

#include <fmt/format.h>

namespace concordat::network {
namespace {

tl::unexpected<Refusal> Unfit(const Layer& layer, const std::string& why, const std::string& hint) {
  const Shape& in = layer.in;
  return Refuse("layers_do_not_fit",
                fmt::format("{} is given {} channels of {} by {}: {}", ToText(layer.text), in.channels,
                            in.height, in.width, why),
                hint, "22023");
}

Index At(const Layer& layer, std::size_t place) { return static_cast<Index>(layer.text.numbers[place]); }

void SetMatrix(Layer& layer, Index outputs, Index inputs, Index places = 1) {
  layer.outputs = outputs;
  layer.inputs = inputs;
  layer.places = places;
}

Outcome<void> FitEmbedding(const Inputs& inputs, bool first, Layer& layer) {
  if (!first) return Unfit(layer, "it looks up columns of the table", "write it as the first layer");
  if (inputs.factors.empty())
    return Unfit(layer, "the formula has no factor as a term of its own", "leave the embedding out");
  Index levels = 0, indicators = 0;
  for (const Indicators& factor : inputs.factors) {
    levels += factor.count + 1;
    indicators += factor.count;
  }
  layer.factors = inputs.factors;
  const auto factors = static_cast<Index>(inputs.factors.size());
  SetMatrix(layer, At(layer, 0), levels, factors);
  layer.out = {.channels = inputs.columns - indicators + At(layer, 0) * factors};
  return {};
}

Outcome<void> FitPicture(Layer& layer) {
  const bool image = layer.text.kind == Kind::kImage;
  layer.out = image ? Shape{At(layer, 0), At(layer, 1), At(layer, 2)} : Shape{At(layer, 0), 1, At(layer, 1)};
  if (layer.out.size() == layer.in.size()) return {};
  return Unfit(layer, fmt::format("these are {} numbers, and it takes {}", layer.in.size(), layer.out.size()),
               "name as many columns in the formula as it has numbers, or another shape");
}

Outcome<void> FitFilter(Layer& layer) {
  const bool plane = layer.text.kind == Kind::kConv2d;
  const Index width = At(layer, 1), height = plane ? width : 1;
  const Index stride = layer.text.numbers.size() > 2 ? At(layer, 2) : 1;
  if ((!plane && layer.in.height != 1) || layer.in.width < width || layer.in.height < height)
    return Unfit(layer, "its filter is larger, or of another kind",
                 plane ? "declare image(channels, height, width) before it"
                       : "declare sequence(channels, length) before it");
  layer.out = {.channels = At(layer, 0),
               .height = plane ? (layer.in.height - height) / stride + 1 : 1,
               .width = (layer.in.width - width) / stride + 1};
  SetMatrix(layer, layer.out.channels, layer.in.channels * height * width + 1,
            layer.out.height * layer.out.width);
  return {};
}

Outcome<void> FitNorm(Layer& layer) {
  const Index groups = layer.text.kind == Kind::kLayerNorm ? 1 : At(layer, 0);
  if (layer.in.channels % groups != 0)
    return Unfit(layer, fmt::format("{} groups do not divide them", groups),
                 "write a divisor of the channels");
  if (layer.in.size() / groups < 2)
    return Unfit(layer, "a group has a single number", "write fewer groups, or leave it out");
  layer.out = layer.in;
  SetMatrix(layer, 2 * layer.in.channels, 1);
  return {};
}

}  // namespace

Outcome<void> FitShapes(const Inputs& inputs, bool first, Layer& layer) {
  switch (layer.text.kind) {
    case Kind::kDense:
      layer.out = {.channels = At(layer, 0)};
      SetMatrix(layer, At(layer, 0), layer.in.size() + 1);
      return {};
    case Kind::kEmbedding:
      return FitEmbedding(inputs, first, layer);
    case Kind::kSequence:
    case Kind::kImage:
      return FitPicture(layer);
    case Kind::kConv1d:
    case Kind::kConv2d:
      return FitFilter(layer);
    case Kind::kLayerNorm:
    case Kind::kGroupNorm:
      return FitNorm(layer);
    case Kind::kSoftmax:
      return Unfit(layer, "only the last layer may be a softmax, of a response with several levels",
                   "end with dense(levels) softmax, or with dense(1) sigmoid for two levels");
    case Kind::kRelu:
    case Kind::kTanh:
    case Kind::kSigmoid:
    case Kind::kDropout:
      layer.out = layer.in;
  }
  return {};
}

}  // namespace concordat::network
