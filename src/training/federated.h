// A network as several members fit it under disclosure rules: what the call says, bound.
#pragma once

#include <memory>
#include <optional>

#include "learning/method.h"
#include "learning/survey.h"
#include "training/design.h"
#include "training/local_update.h"
#include "training/robust.h"
#include "training/state.h"

namespace concordat::training {

enum class Server { kMean, kAdam, kScaffold };

struct Federated {
  NetworkDesign design;
  learning::Survey survey;
  learning::Rules rules;
  Training training;
  Server server = Server::kMean;
  double server_rate = 1;
  int rounds = 20;
  std::uint64_t seed = 1;
  std::optional<Robust> robust;  // how members' moves are combined; none: by their mean

  Eigen::Index parameters() const { return design.network().parameters(); }
  NetworkParts parts() const {
    return {.parameters = parameters(),
            .rounds = rounds,
            .moments = server != Server::kMean,
            .history = true,
            .steps = robust ? robust->steps() : 1,
            .brackets = robust ? robust->Size(1) : 0};
  }
  bool trains(int round) const { return round >= 1 && round <= rounds; }
};

// Rounds of it.
std::unique_ptr<learning::ExactMethod> FederatedOf(Federated fit);

}  // namespace concordat::training
