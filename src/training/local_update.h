// What one member does in a round of a federated network: some steps on its own rows from the weights that
// all have, by descent on small batches whose order follows from the seed.
//
// Sources: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data"
// (2017); FedProx: Li et al., "Federated Optimization in Heterogeneous Networks" (2020); SCAFFOLD:
// Karimireddy et al., "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning" (2020), option I.
#pragma once

#include "training/design.h"

namespace concordat::training {

struct Training {
  int epochs = 1;  // over the member's rows
  int batch = 32;  // rows a step; 0: all
  double learning_rate = 0.1;
  double mu = 0;     // FedProx: how strongly the weights of the start pull
  double clip = 10;  // most that a member moves the weights by, in L2
};

// Of some rows at some weights.
struct Evaluation {
  double lost = 0, right = 0;  // sums over rows
  Eigen::VectorXd gradient;    // of the sum
  double effective_rows = 0;   // by how long rows' own gradients are; all where every one is 0
};
// Nothing is dropped.
Evaluation Evaluate(const network::Network& network, const Eigen::VectorXd& weights, const Samples& samples);

// How far a member's own steps move the weights, within the clip; zeros without rows. `correction` is added
// to every step's gradient (SCAFFOLD's c - c_i; zeros in the others). Not finite where steps are too large.
Eigen::VectorXd LocalUpdate(const network::Network& network, const Training& training,
                            const Eigen::VectorXd& weights, const Eigen::VectorXd& correction,
                            const Samples& samples, std::uint64_t seed);

}  // namespace concordat::training
