// What federation stands on, narrow enough that a simulation can stand in for it: release at an owner and at
// the node that asks, the two ways to sum, and waiting.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aggregation/choose.h"
#include "aggregation/party.h"
#include "aggregation/receiver.h"
#include "base/clock.h"
#include "base/int128.h"
#include "base/refusal.h"
#include "base/units.h"
#include "base/value.h"
#include "engine/engine.h"
#include "federation/message.h"
#include "federation/statement.h"

namespace concordat::federation {

// A plan, as far as members must have it alike.
struct Outline {
  std::string description;  // canonical JSON, nothing of rows in it
  release::Sharing sharing;
  bool finds_groups = false;  // nobody declared them
  std::size_t declared = 0;   // groups that somebody did; 1 without GROUP BY
  std::size_t measured = 0;   // numbers in a group
  bool wide = false;          // sums may leave 64 bits
  bool exact = false;         // a round of a fit: no noise, and nothing is charged for it
  Epsilon epsilon;            // what the question costs alone, at each owner

  std::size_t Length(std::size_t found) const { return (finds_groups ? found : declared) * measured; }
};

// One owner's part in one question. Each step once, in order; threading: one thread at a time.
class Part {
 public:
  virtual ~Part() = default;
  virtual const Outline& outline() const = 0;
  virtual std::string revision() const = 0;
  // What is left of the budget here, in words, and what would be after this question, or why that is refused.
  virtual std::string Left() const = 0;
  virtual std::string LeftAfter() const = 0;
  // Would a charge fit the budget now?
  virtual bool Affordable() const = 0;
  // Charges, durably, and only then runs. Refusals: those of a charge; what has failed after it says so.
  virtual Outcome<void> Compute(const engine::Cancel& cancel) = 0;
  // Does a charge of it stand here?
  virtual bool charged() const = 0;
  virtual Result<std::vector<Row>> Select() = 0;
  // outline().Length(keys) numbers, this owner's noise in each.
  virtual Result<std::vector<Int128>> Share(const std::vector<Row>& keys, const engine::Cancel& cancel) = 0;
  // That this owner helps to open the sum of `context`, durably. Refused, and recorded as failed, when the
  // agreement ended meanwhile; refused when the record says that it helped already.
  virtual Outcome<void> RecordOpening(const crypto::Hash& context) = 0;
  // Does the agreement still stand, as RecordOpening asks?
  virtual Outcome<void> InForce() const = 0;
  // That nothing came of a question which was charged.
  virtual void RecordFailure() = 0;
  // That its entries are on this owner's ledger. Errors: the ledger's.
  virtual Result<std::vector<std::string>> Receipts() = 0;
};

// One owner's part in a fit: round after round, each charged and shared as a question is. Its id and outline
// are those of the round that it took up last.
class FittingPart : public Part {
 public:
  // Takes up a round under an id of its own; nothing is charged. Refusals: state_invalid.
  virtual Outcome<void> TakeUp(const std::string& id, const release::FitRound& round) = 0;
  // Is `next` what the total of the round that was taken up last leads to, and can the other owners have
  // added up to the rest of it? Refusals: state_differs, counts_impossible.
  virtual Outcome<void> Follow(const std::vector<Int128>& total, const release::FitRound& next) const = 0;
  // That the session ended before the fit did, after this owner's numbers of the round had left: their total
  // may have been opened.
  virtual void RecordInterruption() = 0;
};

// Release at an owner. Threading: any thread.
class Desk {
 public:
  virtual ~Desk() = default;
  // The agreement of a name that is in force here; null when there is none.
  virtual std::shared_ptr<const agreement::Agreement> Find(const std::string& agreement) = 0;
  // Was a question of this id charged here before? Errors: the ledger's.
  virtual Result<bool> Charged(const std::string& id) = 0;
  // Decides and plans; nothing is charged.
  virtual Outcome<std::unique_ptr<Part>> Prepare(const Statement& statement) = 0;
  // The same of a fit, beginning with the statement's round.
  virtual Outcome<std::unique_ptr<FittingPart>> PrepareFit(const Statement& statement) = 0;
};

// A question as the node that asks has planned it.
class Asked {
 public:
  virtual ~Asked() = default;
  virtual const Outline& outline() const = 0;
  virtual std::shared_ptr<const agreement::Agreement> document() const = 0;
  virtual const release::Visitor& visitor() const = 0;
  // Lines of EXPLAIN but those of owners.
  virtual std::vector<std::string> Lines() const = 0;
  // How another's description of its plan differs from this node's: "resolution of sum(cost): 10 here, 100
  // there".
  virtual std::string Difference(const std::string& owner, const std::string& theirs) const = 0;
  // The answer to the same question of the same revisions, if there was one; that it was given again is
  // recorded.
  virtual Outcome<std::optional<release::Answer>> Stored(
      const std::map<std::string, std::string>& revisions) = 0;
  // `included`: owners whose noise is in the sums.
  virtual Outcome<release::Answer> Assemble(const std::string& id, const std::vector<Row>& keys,
                                            const std::vector<Int128>& sums, std::size_t included) = 0;
  // On this node's own ledger, durably, before the answer is shown.
  virtual Outcome<void> Record(const release::Answer& answer,
                               const std::map<std::string, std::string>& revisions,
                               const std::map<std::string, std::vector<std::string>>& receipts) = 0;
  // That nothing came of a question which owners were asked to charge.
  virtual void RecordFailure(const std::string& id) = 0;
  // Does a receipt hold of this question, and not contradict what this owner's ledger said before? Errors:
  // what is wrong with it.
  virtual Result<void> CheckReceipt(const std::string& owner, const std::string& id,
                                    const std::string& receipt) = 0;
};

// A round that all owners contributed to: where another session may go on.
struct Reached {
  release::FitRound round;
  std::vector<Bytes> vouchers;  // that its state was taken, by owners' names
};

// A fit as the node that asks has planned it: asked round by round, each of them as a question. Assemble
// takes the total on to the next round; its answer is empty in all rounds but the last.
class AskedFit : public Asked {
 public:
  // The round that is asked next.
  virtual const release::FitRound& round() const = 0;
  // What the round before came to, in words: "round 3: deviance 412.1".
  virtual const std::string& said() const = 0;
  // Did the total that was assembled last end the fit?
  virtual bool ends() const = 0;
  // Owners are asked for `round` next, under this id; it may cost what it costs from then on. `begins`: it is
  // the session's first. Refusals: the ledger's; the agreement's.
  virtual Outcome<void> Ask(const Session& /*session*/, const std::string& /*id*/, bool /*begins*/) {
    return {};
  }
  // Rounds, asked before, of which this node does not know whether owners charged them.
  virtual Doubtful Doubts() const { return {}; }
  // Each owner has said which of these it charged, and will charge no other.
  virtual void Settle(const std::vector<Charged>& /*by_owner*/) {}
  // Owners' vouchers for the state of the round that is recorded next: kept with it.
  virtual void Vouch(const std::vector<Bytes>& /*vouchers*/) {}
  // Where an earlier run of it ended that did not come to its end: told once, after Stored gave an answer
  // that ends nothing. None where `round` needs no voucher.
  virtual std::optional<Reached> TakeEarlier() { return std::nullopt; }
  // Goes on from this round, which was asked before.
  virtual void Return(const release::FitRound& round) = 0;
  // Goes on from its first round, whatever an earlier run came to; `why` an owner would not have it go on.
  virtual void StartAnew(const std::string& why) = 0;
  // Is there no next round?
  virtual bool done() const = 0;
  // "glm in 6 rounds, model 1a2b3c4d"; empty of an answer that was stored.
  virtual std::string Summary() const = 0;
};

// Release at the node that asks. Threading: any thread.
class Asker {
 public:
  virtual ~Asker() = default;
  virtual Outcome<std::unique_ptr<Asked>> Plan(const release::Caller& caller,
                                               const release::Question& question) = 0;
  virtual Outcome<std::unique_ptr<AskedFit>> PlanFit(const release::Caller& caller,
                                                     const release::Question& question) = 0;
};

// The ways to sum: aggregation's, or in a simulation one that costs nothing and keeps the same promises.
class Summing {
 public:
  virtual ~Summing() = default;
  virtual Result<std::unique_ptr<aggregation::Party>> Join(const aggregation::Terms& terms, std::size_t self,
                                                           const crypto::SigningKey& key,
                                                           RandomSource& random) const = 0;
  virtual Result<std::unique_ptr<aggregation::Receiver>> Receive(const aggregation::Terms& terms) const = 0;
  virtual Result<aggregation::Way> Choose(const aggregation::Occasion& occasion) const = 0;
};

// Lets time pass.
using Wait = std::function<void(Milliseconds)>;

}  // namespace concordat::federation
