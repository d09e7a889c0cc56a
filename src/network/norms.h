// How long each row's own gradient is, without making it where that pays ("ghost clipping").
// Source: Li, Tramer, Liang, Hashimoto, "Large Language Models Can Be Strong Differentially Private Learners"
// (2022), 4; Bu, Mao, Xu, "Scalable and Efficient Training of Large Convolutional Neural Networks with
// Differential Privacy" (2022), 3.
#pragma once

#include "network/network.h"

namespace concordat::network {

// Of each lane the L2 norm over all layers, in doubles.
Eigen::VectorXd NormsOf(const std::vector<Factors>& factors, Index lanes);

}  // namespace concordat::network
