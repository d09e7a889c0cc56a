#include "network/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "network/norm.h"
#include "network/shape.h"

namespace concordat::network {
namespace {

bool IsLoss(const Outputs& outputs, const LayerText& last) {
  return (outputs.target == Target::kTwo && last.kind == Kind::kSigmoid) ||
         (outputs.target == Target::kClasses && last.kind == Kind::kSoftmax);
}

std::string EndOf(const Outputs& outputs) {
  if (outputs.target == Target::kTwo) return "dense(1) sigmoid";
  if (outputs.target == Target::kClasses) return fmt::format("dense({}) softmax", outputs.classes);
  return "dense(1)";
}

}  // namespace

Outcome<Network> Network::Make(std::vector<LayerText> layers, const Inputs& inputs, const Outputs& outputs) {
  Network network;
  network.description_ = std::move(layers);
  network.inputs_ = inputs;
  network.outputs_ = outputs;
  std::vector<LayerText> rest = network.description_;
  const bool ends = outputs.target == Target::kNumber || (!rest.empty() && IsLoss(outputs, rest.back()));
  if (!ends)
    return Refuse("layers_do_not_fit", "the last layer does not tell what the response is",
                  "end with " + EndOf(outputs), "22023");
  if (outputs.target != Target::kNumber) rest.pop_back();
  for (LayerText& text : rest) TRY(network.Add(std::move(text)));
  TRY(network.End());
  return network;
}

Outcome<void> Network::Add(LayerText text) {
  Layer layer{.text = std::move(text),
              .number = static_cast<Index>(layers_.size()),
              .in = layers_.empty() ? Shape{.channels = inputs_.columns} : layers_.back().out,
              .first = parameters_};
  TRY(FitShapes(inputs_, layers_.empty(), layer));
  parameters_ += layer.parameters();
  products_ += layer.places * layer.parameters();
  if (layer.out.size() > kMostNumbers)
    return Refuse("layers_too_large",
                  fmt::format("{} gives {} numbers", ToText(layer.text), layer.out.size()),
                  fmt::format("a layer gives {} numbers at most", kMostNumbers), "54000");
  if (parameters_ > kMostParameters)
    return Refuse("layers_too_large", fmt::format("the layers have more than {} parameters", kMostParameters),
                  fmt::format("a network has {} at most", kMostParameters), "54000");
  if (products_ > kMostProducts)
    return Refuse("layers_too_large", fmt::format("a row takes more than {} products", kMostProducts),
                  "write fewer filters, or a stride", "54000");
  layers_.push_back(std::move(layer));
  return {};
}

Outcome<void> Network::End() {
  if (parameters_ == 0)
    return Refuse("layers_do_not_fit", "no layer has weights, so nothing is learnt",
                  "end with " + EndOf(outputs_), "22023");
  const Index wanted = outputs_.target == Target::kClasses ? outputs_.classes : 1;
  if (layers_.back().out.size() == wanted) return {};
  return Refuse("layers_do_not_fit",
                fmt::format("the last layers give {} numbers, and the response is told by {}",
                            layers_.back().out.size(), wanted),
                "end with " + EndOf(outputs_), "22023");
}

bool Network::drops() const {
  return std::any_of(layers_.begin(), layers_.end(),
                     [](const Layer& layer) { return layer.text.kind == Kind::kDropout; });
}

Eigen::VectorXd Network::StartingWeights(std::uint64_t seed) const {
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(parameters_);
  std::uint64_t state = Mix(seed);
  for (const Layer& layer : layers_) {
    Eigen::Map<Lanes> matrix(weights.data() + layer.first, layer.outputs, layer.inputs);
    const bool norm = layer.text.kind == Kind::kLayerNorm || layer.text.kind == Kind::kGroupNorm;
    if (norm) matrix.topRows(layer.outputs / 2).setOnes();
    if (norm || layer.parameters() == 0) continue;
    const Index inputs = layer.inputs - (layer.text.kind == Kind::kEmbedding ? 0 : 1);
    const double most = std::sqrt(6.0 / static_cast<double>(inputs + layer.outputs));
    for (Index j = 0; j < layer.outputs; ++j)
      for (Index k = 0; k < inputs; ++k) matrix(j, k) = most * (2 * Uniform(state = Mix(state)) - 1);
  }
  return weights;
}

Network::Pass Network::Forward(const Eigen::VectorXd& weights, const Lanes& in,
                               std::span<const std::uint64_t> seeds) const {
  CHECK(in.rows() == inputs_.columns && weights.size() == parameters_);
  Pass pass{.traces = std::vector<Trace>(layers_.size()), .out = in};
  for (std::size_t i = 0; i < layers_.size(); ++i)
    pass.out = network::Forward(layers_[i], weights, pass.out, seeds, pass.traces[i]);
  return pass;
}

std::vector<Factors> Network::Backward(const Eigen::VectorXd& weights, const Pass& pass,
                                       Lanes gradient) const {
  std::vector<Factors> all(layers_.size());
  for (std::size_t i = layers_.size(); i-- > 0;)
    gradient = network::Backward(layers_[i], weights, pass.traces[i], gradient, all[i]);
  std::vector<Factors> kept;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (layers_[i].parameters() > 0) kept.push_back(std::move(all[i]));
  return kept;
}

Lanes Network::Predict(const Eigen::VectorXd& weights, const Lanes& in) const {
  Lanes out = Forward(weights, in).out;
  if (outputs_.target == Target::kTwo) return out.unaryExpr([](double x) { return 1 / (1 + std::exp(-x)); });
  if (outputs_.target == Target::kNumber) return out;
  for (Index i = 0; i < out.cols(); ++i) {
    out.col(i) = (out.col(i).array() - out.col(i).maxCoeff()).exp();
    out.col(i) /= out.col(i).sum();
  }
  return out;
}

Eigen::VectorXd SumOf(const Network& network, const std::vector<Factors>& factors) {
  Eigen::VectorXd sum(network.parameters());
  std::size_t next = 0;
  for (const Layer& layer : network.layers()) {
    if (layer.parameters() == 0) continue;
    const Factors& own = factors[next++];
    Eigen::Map<Lanes>(sum.data() + layer.first, layer.outputs, layer.inputs).noalias() =
        own.right * own.left.transpose();
  }
  return sum;
}

}  // namespace concordat::network
