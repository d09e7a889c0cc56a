#include "node/federated.h"

#include <algorithm>
#include <thread>

#include "node/log.h"
#include "node/peers.h"

namespace concordat::node {
namespace {

// A round of a fit that is exact leaves on a grid so much finer than an answer's: ADR 11.
constexpr int kRoundsOfGrid = 10;

void Sleep(Milliseconds time) { std::this_thread::sleep_for(time); }

}  // namespace

Federated::Federated(Node& node, const release::Parts& parts, const release::Timing& timing)
    : node_(node),
      joint_owner_(parts, timing, node.release().turns(), LogFailure),
      joint_asker_(parts, node.abroad()),
      fit_owner_(parts, timing, node.release().turns(), LogFailure, release::MethodMaker()),
      fit_asker_(parts, node.abroad(), release::MethodMaker()),
      desk_(joint_owner_, fit_owner_, parts),
      asker_(joint_asker_, fit_asker_, parts),
      owner_({.member = node.member(),
              .key = node.ledger().signing_key(),
              .desk = desk_,
              .summing = summing_,
              .clock = node.clock(),
              .random = node.random(),
              .wait = Sleep},
             {.non_disclosing =
                  [&node] {
                    const auto lock = node.ledger().Share();
                    return node.members().non_disclosing();
                  },
              .grid = timing.grid,
              .round_grid = std::max(timing.grid / kRoundsOfGrid, Milliseconds(1))}) {}

Outcome<release::Description> Federated::Describe(const release::Caller& caller,
                                                  const release::Question& question) const {
  if (TRY(release::AsksForFit(question.text))) return fit_asker_.Describe(caller, question);
  return joint_asker_.Describe(caller, question);
}

federation::CoordinatorParts Federated::PartsFor(federation::Link& link) {
  return {.member = node_.member(),
          .key = node_.ledger().signing_key(),
          .asker = asker_,
          .link = link,
          .summing = summing_,
          .clock = node_.clock(),
          .random = node_.random(),
          .wait = Sleep};
}

Outcome<std::vector<std::string>> Federated::Explain(const release::Caller& caller,
                                                     const release::Question& question) {
  federation::OwnLink link(node_.member(), owner_, node_.peers());
  federation::Coordinator coordinator(PartsFor(link), {});
  if (TRY(release::AsksForFit(question.text))) return coordinator.ExplainFit(caller, question);
  return coordinator.Explain(caller, question);
}

Outcome<release::Answer> Federated::Ask(const release::Caller& caller, const release::Question& question,
                                        const engine::Cancel& cancel, const federation::Progress& progress) {
  federation::OwnLink link(node_.member(), owner_, node_.peers());
  federation::Coordinator coordinator(PartsFor(link), {});
  if (TRY(release::AsksForFit(question.text))) return Fit(coordinator, caller, question, cancel, progress);
  return coordinator.Ask(caller, question, cancel, progress);
}

Outcome<release::Answer> Federated::Fit(federation::Coordinator& coordinator, const release::Caller& caller,
                                        const release::Question& question, const engine::Cancel& cancel,
                                        const federation::Progress& progress) {
  const auto run = node_.jobs().Begin(TRY(fit_asker_.JobFor(caller, question)), cancel);
  auto answer = coordinator.Fit(caller, question, run->cancel(), [&](const std::string& said) {
    const std::string told = run->Hear(said);
    if (progress) progress(told);
  });
  if (!answer) run->Decline(answer.error());
  return answer;
}

}  // namespace concordat::node
