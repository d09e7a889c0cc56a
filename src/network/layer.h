// One layer of a network with known shapes: what it gives, and how a loss changes with its weights and with
// what it was given.
//
// Numbers are laid out with a row of the table in a column ("a lane"), and a lane goes through the same
// operations in the same order wherever it stands and whatever stands beside it: that is what lets a lane's
// numbers be told from its row alone (ghost.proof.md). Doubles throughout: networks of tables are small, and
// integers up to 2^53 stay exact in their products.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "network/description.h"

namespace concordat::network {

using Eigen::Index;
using Lanes = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Of what one row comes to between layers: channels, each an image (of height 1: a sequence; of 1 by 1: a
// number). Laid out in that order.
struct Shape {
  Index channels = 1, height = 1, width = 1;
  Index size() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

// Columns of a factor's indicators: of all levels but the first, which is all zeros (treatment contrasts).
struct Indicators {
  Index first = 0, count = 0;
  bool operator==(const Indicators&) const = default;
};

struct Layer {
  LayerText text;
  Index number = 0;  // of the network's layers
  Shape in, out;
  // Weights are a matrix (a row an output), row by row from `first` on; none where either is 0.
  Index outputs = 0, inputs = 0, first = 0;
  Index places = 1;  // at which the matrix is applied: positions of a filter, factors of an embedding
  std::vector<Indicators> factors;  // of an embedding

  Index parameters() const { return outputs * inputs; }
};

// Does it go over places with a filter?
inline bool IsConvolution(const Layer& layer) {
  return layer.text.kind == Kind::kConv1d || layer.text.kind == Kind::kConv2d;
}

// What a forward pass keeps for the way back.
struct Trace {
  Lanes in;      // what was given; of layers with weights what they multiply, a column a place and lane
  Lanes out;     // of activations: what they gave; of norms: what was normalised
  Lanes factor;  // of dropout: 0 or 1 / (1 - chance); of norms: 1 / deviation, by group
};

// The gradient of a layer's matrix is right * left'. Column t * lanes + i is of place t and lane i.
struct Factors {
  Lanes left, right;
  Index places = 1;
};

// w * in, each column by itself.
Lanes Multiply(const Eigen::Ref<const Lanes>& w, const Lanes& in);

// `seeds`: of each lane, for dropout; empty where nothing is dropped.
Lanes Forward(const Layer& layer, const Eigen::VectorXd& weights, const Lanes& in,
              std::span<const std::uint64_t> seeds, Trace& trace);
// The gradient with respect to what was given; `factors` receives that of the weights, where there are any.
Lanes Backward(const Layer& layer, const Eigen::VectorXd& weights, const Trace& trace, const Lanes& gradient,
               Factors& factors);

// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
std::uint64_t Mix(std::uint64_t value);
// From 0 to below 1.
double Uniform(std::uint64_t mixed);

}  // namespace concordat::network
