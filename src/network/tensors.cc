#include "network/tensors.h"

#include <fmt/format.h>

namespace concordat::network {
namespace {

Eigen::VectorXd Flat(const Lanes& matrix) {
  return Eigen::Map<const Eigen::VectorXd>(matrix.data(), matrix.size());
}

std::vector<Index> ShapeOf(const Layer& layer) {
  const auto width = layer.text.numbers.size() > 1 ? static_cast<Index>(layer.text.numbers[1]) : 0;
  if (layer.text.kind == Kind::kConv1d) return {layer.outputs, layer.in.channels, width};
  if (layer.text.kind == Kind::kConv2d) return {layer.outputs, layer.in.channels, width, width};
  return {layer.outputs, layer.inputs - 1};
}

}  // namespace

std::vector<Tensor> TensorsOf(const Layer& layer, const Eigen::VectorXd& weights) {
  const Eigen::Map<const Lanes> matrix(weights.data() + layer.first, layer.outputs, layer.inputs);
  const std::string weight = fmt::format("{}.weight", layer.number),
                    bias = fmt::format("{}.bias", layer.number);
  if (layer.text.kind == Kind::kEmbedding)
    return {{weight, {layer.inputs, layer.outputs}, Flat(matrix.transpose())}};
  if (layer.text.kind == Kind::kLayerNorm || layer.text.kind == Kind::kGroupNorm)
    return {{weight, {layer.in.channels}, Flat(matrix.topRows(layer.in.channels))},
            {bias, {layer.in.channels}, Flat(matrix.bottomRows(layer.in.channels))}};
  return {{weight, ShapeOf(layer), Flat(matrix.leftCols(layer.inputs - 1))},
          {bias, {layer.outputs}, Flat(matrix.rightCols(1))}};
}

}  // namespace concordat::network
