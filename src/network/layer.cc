#include "network/layer.h"

#include <cmath>

#include "base/check.h"
#include "network/gather.h"
#include "network/norm.h"

namespace concordat::network {
namespace {

constexpr Index kBlock = 128;  // lanes that stay near

using Weights = Eigen::Map<const Lanes>;

Weights MatrixOf(const Layer& layer, const Eigen::VectorXd& weights) {
  return {weights.data() + layer.first, layer.outputs, layer.inputs};
}

// The standard library's functions lane by lane: a vectorised one may differ at the end of a row.
template <class Function>
Lanes Each(const Lanes& in, Function function) {
  return in.unaryExpr(function);
}

double Logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : 1 - 1 / (1 + std::exp(x)); }

Lanes Activate(Kind kind, const Lanes& in) {
  if (kind == Kind::kRelu) return Each(in, [](double x) { return x > 0 ? x : 0; });
  if (kind == Kind::kTanh) return Each(in, [](double x) { return std::tanh(x); });
  return Each(in, Logistic);
}

// By what was given back.
Lanes Slope(Kind kind, const Lanes& out) {
  if (kind == Kind::kRelu) return Each(out, [](double y) { return y > 0 ? 1.0 : 0.0; });
  if (kind == Kind::kTanh) return Each(out, [](double y) { return 1 - y * y; });
  return Each(out, [](double y) { return y * (1 - y); });
}

Lanes Dropped(const Layer& layer, Index rows, std::span<const std::uint64_t> seeds) {
  const double chance = layer.text.numbers.front();
  Lanes kept(rows, static_cast<Index>(seeds.size()));
  for (Index j = 0; j < rows; ++j) {
    for (Index i = 0; i < kept.cols(); ++i) {
      const std::uint64_t seed = seeds[static_cast<std::size_t>(i)];
      const auto place = static_cast<std::uint64_t>(layer.number * kMostNumbers + j + 1);
      kept(j, i) = Uniform(Mix(seed ^ Mix(place))) < chance ? 0 : 1 / (1 - chance);
    }
  }
  return kept;
}

bool IsLinear(Kind kind) {
  return kind == Kind::kDense || kind == Kind::kEmbedding || kind == Kind::kConv1d || kind == Kind::kConv2d;
}

bool IsNorm(Kind kind) { return kind == Kind::kLayerNorm || kind == Kind::kGroupNorm; }

// (outputs x places of lanes) is (outputs * places x lanes) in memory.
Lanes Reshaped(const Lanes& lanes, Index rows, Index columns) {
  return Eigen::Map<const Lanes>(lanes.data(), rows, columns);
}

Lanes ForwardLinear(const Layer& layer, const Eigen::VectorXd& weights, const Lanes& in, Trace& trace) {
  trace.in = Gather(layer, in);
  const Lanes product = Multiply(MatrixOf(layer, weights), trace.in);
  const Lanes flat = Reshaped(product, layer.outputs * layer.places, in.cols());
  return layer.text.kind == Kind::kEmbedding ? BesideNumbers(layer, in, flat) : flat;
}

Lanes BackwardLinear(const Layer& layer, const Eigen::VectorXd& weights, const Trace& trace,
                     const Lanes& gradient, Factors& factors) {
  const Index lanes = gradient.cols();
  const Lanes own = gradient.bottomRows(layer.outputs * layer.places);
  factors = {
      .left = trace.in, .right = Reshaped(own, layer.outputs, layer.places * lanes), .places = layer.places};
  if (layer.text.kind == Kind::kEmbedding) return {};  // what it is given are columns of the table
  const Lanes transposed = MatrixOf(layer, weights).transpose();
  return Scatter(layer, Multiply(transposed, factors.right), lanes);
}

}  // namespace

std::uint64_t Mix(std::uint64_t value) {
  std::uint64_t z = value + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double Uniform(std::uint64_t mixed) { return std::ldexp(static_cast<double>(mixed >> 11), -53); }

Lanes Multiply(const Eigen::Ref<const Lanes>& w, const Lanes& in) {
  CHECK(w.cols() == in.rows());
  Lanes out = Lanes::Zero(w.rows(), in.cols());
  const Index fours = w.cols() / 4 * 4;
  for (Index b = 0; b < in.cols(); b += kBlock) {
    const Index size = std::min(kBlock, in.cols() - b);
    const auto part = [&](Index k) { return in.row(k).segment(b, size).array(); };
    for (Index j = 0; j < w.rows(); ++j) {
      auto sum = out.row(j).segment(b, size).array();
      for (Index k = 0; k < fours; k += 4)
        sum += w(j, k) * part(k) + w(j, k + 1) * part(k + 1) + w(j, k + 2) * part(k + 2) +
               w(j, k + 3) * part(k + 3);
      for (Index k = fours; k < w.cols(); ++k) sum += w(j, k) * part(k);
    }
  }
  return out;
}

Lanes Forward(const Layer& layer, const Eigen::VectorXd& weights, const Lanes& in,
              std::span<const std::uint64_t> seeds, Trace& trace) {
  const Kind kind = layer.text.kind;
  if (IsLinear(kind)) return ForwardLinear(layer, weights, in, trace);
  if (IsNorm(kind)) return Normalise(layer, MatrixOf(layer, weights), in, trace);
  if (kind == Kind::kDropout) {
    if (seeds.empty()) return in;
    trace.factor = Dropped(layer, in.rows(), seeds);
    return in.cwiseProduct(trace.factor);
  }
  if (kind == Kind::kSequence || kind == Kind::kImage) return in;
  CHECK(kind != Kind::kSoftmax);  // the last layer's is the loss's
  trace.out = Activate(kind, in);
  return trace.out;
}

Lanes Backward(const Layer& layer, const Eigen::VectorXd& weights, const Trace& trace, const Lanes& gradient,
               Factors& factors) {
  const Kind kind = layer.text.kind;
  if (IsLinear(kind)) return BackwardLinear(layer, weights, trace, gradient, factors);
  if (IsNorm(kind)) return BackFromNorm(layer, MatrixOf(layer, weights), trace, gradient, factors);
  if (kind == Kind::kDropout)
    return trace.factor.size() == 0 ? gradient : gradient.cwiseProduct(trace.factor);
  if (kind == Kind::kSequence || kind == Kind::kImage) return gradient;
  return gradient.cwiseProduct(Slope(kind, trace.out));
}

}  // namespace concordat::network
