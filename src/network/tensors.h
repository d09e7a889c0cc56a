// A network's weights as other programs hold them: a weight and a bias a layer.
#pragma once

#include <string>
#include <vector>

#include "network/saved.h"

namespace concordat::network {

struct Tensor {
  std::string name;  // "0.weight": of the layer at that place in the description
  std::vector<Index> shape;
  Eigen::VectorXd values;  // the last dimension runs fastest
};

// Of a layer with weights: its weight, then its bias where it has one. Dense: outputs by inputs; filters:
// filters by channels by height by width (of sequences without height); norms: one a channel; embeddings:
// levels by numbers, all factors' levels one after the other.
std::vector<Tensor> TensorsOf(const Layer& layer, const Eigen::VectorXd& weights);

}  // namespace concordat::network
