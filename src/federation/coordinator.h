// The node that asks: it carries a question to the owners of a table and their messages to each other, and
// makes the answer of the sum that they open. Owners trust it with nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/keys.h"
#include "engine/engine.h"
#include "federation/link.h"
#include "federation/message.h"
#include "federation/owner.h"
#include "federation/seam.h"

namespace concordat::federation {

struct CoordinatorTerms {
  Milliseconds try_for{10'000};  // one attempt at a round
  Milliseconds round{120'000};   // all attempts at a round
  // Once a quorum has answered in a round, for those who have not; and then, or while nothing is charged, for
  // those who are not even reached.
  Milliseconds grace{45'000};
  Milliseconds absent{5'000};
  Milliseconds pause{200};  // before the next attempt
  // A fit waits so long for owners that went missing on the way, with growing pauses between attempts.
  Milliseconds away{600'000};
  bool spends = true;  // what was charged is lost with a question: worth a longer wait for the absent
};

// What a coordinator stands on; all of it outlives the coordinator.
struct CoordinatorParts {
  std::string member;
  const crypto::SigningKey& key;  // the one that agreements name
  Asker& asker;
  Link& link;  // reaches this node's own owner as well (OwnLink)
  const Summing& summing;
  const Clock& clock;
  RandomSource& random;
  Wait wait;
};

// "3 of 4 owners have contributed". Stages are the same whatever the rows are; owners whose work on rows a
// stage waits for answer on their time grid (release/grid.h).
using Progress = std::function<void(const std::string&)>;

// Threading: any thread; calls block until the question ends.
class Coordinator {
 public:
  Coordinator(CoordinatorParts parts, const CoordinatorTerms& terms)
      : parts_(std::move(parts)), terms_(terms) {}

  // Refusals: those of release; an owner's, with its name; plans_differ naming the difference; owners_missing
  // naming who did not answer, and that charges stand where they do; cancelled.
  Outcome<release::Answer> Ask(const release::Caller& caller, const release::Question& question,
                               const engine::Cancel& cancel, const Progress& progress);
  // The same of a fit, round by round. Refusals: also those of the method; rows_changed: an owner's rows are
  // others than in the round before.
  Outcome<release::Answer> Fit(const release::Caller& caller, const release::Question& question,
                               const engine::Cancel& cancel, const Progress& progress);
  Outcome<std::vector<std::string>> ExplainFit(const release::Caller& caller,
                                               const release::Question& question);
  // What Ask would do, with a line for each owner; nothing is charged.
  Outcome<std::vector<std::string>> Explain(const release::Caller& caller, const release::Question& question);

 private:
  CoordinatorParts parts_;
  CoordinatorTerms terms_;
};

// A link that reaches `owner` in this process, beside `others` over the network.
class OwnLink final : public Link {
 public:
  // `others` may be null: then nobody else is reached.
  OwnLink(std::string member, Owner& owner, Link* others)
      : member_(std::move(member)), owner_(owner), others_(others) {}
  std::vector<Result<Bytes>> AskAll(const std::vector<Call>& calls, Milliseconds patience) override;

 private:
  std::string member_;
  Owner& owner_;
  Link* others_;
};

}  // namespace concordat::federation
