// Questions of tables that several members own, and fits, at this node: as the one that asks, and as an
// owner.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "federation/coordinator.h"
#include "federation/owner.h"
#include "federation/release_desk.h"
#include "federation/sums.h"
#include "node/node.h"
#include "release/fit.h"
#include "release/joint.h"
#include "sql/bind.h"

namespace concordat::node {

// Threading: any thread.
class Federated {
 public:
  // What it is given outlives it.
  Federated(Node& node, const release::Parts& parts, const release::Timing& timing);

  federation::Owner& owner() { return owner_; }
  // Is the question one for other members, alone or as well, or a fit? Those go round by round whoever holds
  // the rows. Refusals: of a statement that calls a method in the wrong place.
  Outcome<bool> Concerns(const release::Caller& caller, const release::Question& question) const {
    const bool fit = TRY(release::AsksForFit(question.text));
    return fit || joint_asker_.IsJoint(caller.agreement, question.text);
  }
  // Tables of the agreement that are known here, whoever holds them.
  sql::Scope Tables(const std::string& agreement) const { return joint_asker_.Tables(agreement); }
  Outcome<release::Description> Describe(const release::Caller& caller,
                                         const release::Question& question) const;
  Outcome<std::vector<std::string>> Explain(const release::Caller& caller, const release::Question& question);
  Outcome<release::Answer> Ask(const release::Caller& caller, const release::Question& question,
                               const engine::Cancel& cancel, const federation::Progress& progress);

 private:
  Outcome<release::Answer> Fit(federation::Coordinator& coordinator, const release::Caller& caller,
                               const release::Question& question, const engine::Cancel& cancel,
                               const federation::Progress& progress);
  federation::CoordinatorParts PartsFor(federation::Link& link);

  Node& node_;
  release::JointOwner joint_owner_;
  release::JointAsker joint_asker_;
  release::FitOwner fit_owner_;
  release::FitAsker fit_asker_;
  federation::ReleaseDesk desk_;
  federation::ReleaseAsker asker_;
  federation::SecretSumming summing_;
  federation::Owner owner_;
};

}  // namespace concordat::node
