// A fit of several owners' rows (learning/method.h), round by round: each owner's part in one round, and the
// part of the node that asks.
//
// Owner: Prepare (decide, bind; nothing charged) → Compute (on record, durable; read rows, add up; the
// integers that go into a secure sum) → RecordOpening. Asker: Plan → Next after each round → Show → Record.
// As in joint.h nobody's plan is taken from another. Decision: docs/adr/0009-fits-as-rounds-of-sums.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "base/int128.h"
#include "catalogue/abroad.h"
#include "learning/method.h"
#include "methods/methods.h"
#include "release/fit_kept.h"
#include "release/fit_noise.h"
#include "release/fit_spent.h"
#include "release/fit_states.h"
#include "release/job.h"
#include "release/joint.h"
#include "release/release.h"
#include "release/sharing.h"

namespace concordat::release {

// Which round of a fit is asked: signed by the member that asks, as the question is.
struct FitRound {
  std::uint32_t number = 1;
  std::string state;  // canonical JSON; of round 1 what the call alone leads to
  bool operator==(const FitRound&) const = default;
};

// A fit as one owner, or the asker, has planned it.
struct FitPlan {
  std::shared_ptr<const Prepared> prepared;  // its query: the rest of the statement, over what is fitted
  std::shared_ptr<const learning::Method> method;
  std::shared_ptr<const learning::ExactMethod> exact;  // the same under disclosure rules, else null
  std::optional<FitNoise> noise;                       // the same under noise
  std::string called;                                  // the method's name
  learning::Rules rules;
  Sharing sharing;
  Json description;      // canonical: all that owners must have alike; nothing of rows
  std::string model;     // SHA-256 of it in hex: what ledgers know the fit by
  std::string analysis;  // what the agreement allows it as
  std::string revision;  // of this owner's rows, objections counted; "" at the asker
  std::shared_ptr<States> states = std::make_shared<States>();  // of its rounds, as they are read
};

// Which job a plan is at the node that asks: 16 hex digits of SHA-256 over model and analyst. The same fit
// asked again by the same analyst is the same job, whatever the rest of the statement.
std::string JobOf(const FitPlan& plan);

// What a round of a fit came to, as the node that asks keeps it.
struct FitOutcome {
  std::string id;                                // of the round's question
  std::map<std::string, std::string> revisions;  // of rows, by owner
  Json receipts;                                 // by owner
  std::string said;                              // "round 3: deviance 412.1"
  Time began{};                                  // of the first run that this one goes on with
  FitSpent spent;                                // so far at each owner, by all runs; exact: nothing
  std::string session;                           // in which it was asked; of exact rounds ""
  std::string next_question;                     // the id that the next round of this session has
  Json next;                                     // the next round's state; null after the last
  std::vector<Bytes> vouchers;                   // of owners, that they took this round's state
  const Answer* answer = nullptr;                // after the last
  const learning::Fitted* fitted = nullptr;      // the same
};

// Where an earlier run of a fit ended.
struct FitResumed {
  FitRound round;  // to ask next: under noise the one after the newest on record; else that one, once more
  std::vector<Bytes> vouchers;  // of owners, that they took its state; empty under noise, and of the first
  Time began{};                 // when the first run did
  // "goes on after round 3 of 2026-11-28T07:10:04Z", or why it begins anew; empty of a new one.
  std::string said;
  // By all runs since the job last came to its end. Of a node that died, the round under way is in doubt:
  // owners may have charged it.
  FitBill bill;
};

// How methods are made: from methods/, or in a test those that it does not know.
template <class Made>
using MakerOf = std::function<Outcome<std::unique_ptr<Made>>(const learning::Call&, const learning::Schema&,
                                                             const learning::Rules&)>;
struct MethodMaker {
  MakerOf<learning::ExactMethod> exact = methods::Make;
  MakerOf<learning::NoisyMethod> noisy = methods::MakeNoisy;
};

// Does the text ask for a fit? False for what is no SQL. Refusals: sql::ReadFit's.
Outcome<bool> AsksForFit(const std::string& text);

// The first state of a plan's method.
std::string StartOf(const FitPlan& plan);
// How many integers members sum in a round. Refusals: state_invalid: not a state of the method, not in
// canonical form, or not the first in the first round.
Outcome<std::size_t> LengthOf(const FitPlan& plan, const FitRound& round);
// What the total of all owners leads to. Refusals: the method's; those of NoiseOf.
Outcome<learning::Step> NextOf(const FitPlan& plan, const FitRound& round, const std::vector<Int128>& sums);
// Can the other owners have added up to what is left of a round's total without one's own numbers?
// Precondition: an exact plan that counts members. Refusals: MemberCounts::CheckRest's.
Outcome<void> CheckRest(const FitPlan& plan, const FitRound& round, const std::vector<Int128>& total,
                        const std::vector<Int128>& own);
// Does `next` follow from what all members together came to in the round before? Up to rounding, which
// another machine's may differ by; argument in ADR 11. Refusals: state_differs.
Outcome<void> Follows(const FitPlan& plan, const FitRound& round, const std::vector<Int128>& total,
                      const FitRound& next);

// What a round costs, if noise protects it. Refusals: those of NoiseOf.
Outcome<dp::Measurements> CostOf(const FitPlan& plan, const FitRound& round);

// Threading: every call may come from any thread.
class FitOwner {
 public:
  // What `parts` refers to, and `turns` (Release::turns), outlive it. `log` hears of failures after a charge.
  FitOwner(const Parts& parts, const Timing& timing, std::counting_semaphore<>& turns, Release::Log log,
           MethodMaker make);

  Outcome<FitPlan> Prepare(const Visitor& visitor, const std::string& agreement,
                           const Question& question) const;
  // What is left of the budget here and would be after this round, of the first after the whole fit: as
  // JointOwner's. Empty, and that nothing is charged, where totals are exact.
  std::string Left(const FitPlan& plan) const;
  std::string LeftAfter(const FitPlan& plan, const FitRound& round) const;
  // Charges the round and enters it under `id` (16 hex digits, the session's), reads the rows and adds up;
  // under noise each number gets this owner's draw. The first round is refused where the whole fit would not
  // fit in the budget. The caller answers on the time grid. `kept`: the rows of the round before, or none
  // yet. Refusals: rows_changed: they are not those that were planned with; after the entry, which stands:
  // cancelled, too_slow, failed; of exact totals too_few_rows where the state rests on fewer of this owner's
  // rows than the agreement's minimum_cell, and on any.
  Outcome<std::vector<Int128>> Compute(const std::string& id, const Visitor& visitor,
                                       const Question& question, const FitPlan& plan, const FitRound& round,
                                       KeptRows& kept, const engine::Cancel& cancel);
  // As JointOwner's.
  Outcome<void> RecordOpening(const std::string& id, const Visitor& visitor, const Question& question,
                              const FitPlan& plan, const FitRound& round, const std::string& context);
  // That a session ended before the fit did, when this owner's numbers of the round had left.
  void RecordInterruption(const std::string& id, const Visitor& visitor, const Question& question,
                          const FitPlan& plan, const FitRound& round);
  Outcome<void> StillInForce(const FitPlan& plan) const;
  void RecordFailure(const std::string& id, const Visitor& visitor, const Question& question,
                     const FitPlan& plan, const FitRound& round);
  // For the rows of one more fit.
  KeptRows Keep() { return KeptRows(shelf_); }

 private:
  Outcome<void> CheckBudget(const ledger::Charge& charge, const FitPlan& plan, const FitRound& round) const;
  tl::unexpected<Refusal> Failed(const std::string& id, const Error& error) const;
  Result<void> Read(const Prepared& prepared, const FitPlan& plan, engine::Engine& engine, KeptRows& kept,
                    const engine::Cancel& cancel) const;
  Result<std::vector<Int128>> AddNoisily(const FitPlan& plan, const FitRound& round,
                                         const KeptRows& kept) const;

  Parts parts_;
  Timing timing_;
  std::counting_semaphore<>& turns_;
  Release::Log log_;
  MethodMaker make_;
  std::shared_ptr<Shelf> shelf_ = std::make_shared<Shelf>();
};

// Threading: every call may come from any thread.
class FitAsker {
 public:
  // What both refer to outlives it.
  FitAsker(const Parts& parts, const catalogue::Abroad& abroad, MethodMaker make)
      : parts_(parts), abroad_(abroad), make_(std::move(make)) {}

  Outcome<Description> Describe(const Caller& caller, const Question& question) const;
  Outcome<FitPlan> Plan(const Caller& caller, const Question& question) const;
  // The job that the fit is; its state and times are not told.
  Outcome<Job> JobFor(const Caller& caller, const Question& question) const;
  // What it would do, in lines, without what owners say.
  std::vector<std::string> Explain(const FitPlan& plan) const;

  // What makes two fits the same: plan, the rest of the statement, and every owner's revision (by owner).
  static std::string Identity(const FitPlan& plan, const std::map<std::string, std::string>& revisions);
  // The stored answer to an identical fit, if there is one; else the rest of the statement, asked of what was
  // fitted to the same rows before, if that is kept. Nothing is read or charged; the repetition is recorded.
  Outcome<std::optional<Answer>> Repeat(const FitPlan& plan,
                                        const std::map<std::string, std::string>& revisions) const;
  // The rest of the statement, asked of what was fitted.
  Outcome<Answer> Show(const std::string& id, const FitPlan& plan, const learning::Fitted& fitted) const;
  // Puts a round on this node's record, durably: `opened`, or with the answer `answered`. Refuses as
  // JointAsker::Record.
  Outcome<void> Record(const Caller& caller, const Question& question, const FitPlan& plan,
                       const FitRound& round, const FitOutcome& outcome) const;
  // The round after the newest that is on record of the same job over the same rows; of no such job the
  // first. Refusals: the ledger's.
  Outcome<FitResumed> Resume(const FitPlan& plan, const std::map<std::string, std::string>& revisions) const;
  // That a session under noise begins with this round, which `so_far` (spent, session, began) counts, before
  // owners are asked to charge it: a node that dies in it knows afterwards what it may have cost. Refuses as
  // Record.
  Outcome<void> Begin(const std::string& id, const Caller& caller, const Question& question,
                      const FitPlan& plan, const FitRound& round, const FitOutcome& so_far) const;
  Result<void> RecordFailure(const std::string& id, const Caller& caller, const Question& question,
                             const FitPlan& plan, const FitRound& round, const FitOutcome& so_far) const;

 private:
  Parts parts_;
  const catalogue::Abroad& abroad_;
  MethodMaker make_;
};

}  // namespace concordat::release
