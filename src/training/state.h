// Where the rounds of a network stand: what all members must know to take the next step.
#pragma once

#include <Eigen/Core>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace concordat::training {

// Round 0 counts at the weights of the start, rounds 1 to `rounds` train, the last one counts.
struct NetworkState {
  int round = 0;
  int step = 0;  // of a round that trains, where members' moves are combined in several
  Eigen::VectorXd weights;
  // FedAdam and DP-SGD: means of updates and of their squares. SCAFFOLD: the weights of the round before, and
  // the gradient of all rows at them.
  Eigen::VectorXd first, second;
  Eigen::VectorXd brackets;                        // of the step, as Robust::ToNumbers; none before the first
  Eigen::VectorXd mean;                            // DP-SGD: of the weights of rounds so far, later ones more
  double counted = 0;                              // DP-SGD: units of all rounds together, noise included
  Eigen::VectorXd measured;                        // DP-SGD: NetworkScales'; sums so far while it measures
  std::vector<std::pair<double, double>> history;  // of weights told about: mean loss, and what is told right
};

// Which parts a state has.
struct NetworkParts {
  Eigen::Index parameters = 0;
  int rounds = 1;
  bool moments = false;  // first and second
  bool mean = false;
  bool counted = false;
  Eigen::Index measured = 0;  // numbers
  bool history = false;
  int steps = 1;              // of a round that trains; in more than one there are brackets
  Eigen::Index brackets = 0;  // numbers of them after the first
};

// Numbers go through float32.
Json ToJson(const NetworkState& state, const NetworkParts& parts);
// Errors: kInvalidArgument.
Result<NetworkState> ReadNetworkState(const Json& json, const NetworkParts& parts);

}  // namespace concordat::training
