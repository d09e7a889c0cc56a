// A question that several owners answer together: each owner's part, and the part of the node that asks.
//
// Owner: Prepare (decide, bind, plan; nothing charged) → Compute (charge, durable; run) → Select (only where
// groups are found) → Share (noise goes in; the integers that go into a secure sum) → RecordOpening. Asker:
// Plan → Repeat → Assemble → Record. Nobody's plan is taken from another: descriptions are compared
// (joint_description.h). Decision: docs/adr/0007-federated-questions.md.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "base/int128.h"
#include "catalogue/abroad.h"
#include "release/release.h"
#include "release/sharing.h"
#include "sql/bind.h"

namespace concordat::release {

struct Prepared;

// Whose question it is, as the member where they belong has vouched for (signature checked by who calls). Of
// this very member: what it vouches for itself is not looked at, but its own record of the analyst.
struct Visitor {
  std::string analyst;                    // "ana"
  std::string home;                       // "cleveland"
  std::map<std::string, Time> trainings;  // attested there, by name
};

// A question as one owner, or the asker, has planned it.
struct JointPlan {
  std::shared_ptr<const Prepared> prepared;
  Sharing sharing;
  Json description;  // canonical: all of the plan that owners must have alike; nothing of rows
  std::string
      revision;  // of this owner's rows, objections counted: stored answers are of one; "" at the asker
  bool finds_groups = false;  // nobody declared them: owners Select, and Share is given their union
  std::size_t declared = 0;   // groups that somebody did; 1 without GROUP BY
  std::size_t measured = 0;   // numbers a group
  bool wide = false;          // the sum may leave 64 bits, even with no more than 2^32 rows an owner
};

// Exact sums of one owner, inside release; wiped with it.
class Held;

// Threading: every call may come from any thread; one Held is used by one thread at a time.
class JointOwner {
 public:
  // What `parts` refers to, and `turns` (Release::turns), outlive it. `log` hears of failures after a charge.
  JointOwner(const Parts& parts, const Timing& timing, std::counting_semaphore<>& turns, Release::Log log);

  Outcome<JointPlan> Prepare(const Visitor& visitor, const std::string& agreement,
                             const Question& question) const;
  // The agreement's level here, in words: "4.55 of 6 left", as it stands, and as it would after a charge of
  // the plan, or why that would be refused ("refused the budget of … would be passed").
  std::string Left(const JointPlan& plan) const;
  std::string LeftAfter(const JointPlan& plan) const;
  // Charges under `id` (16 hex digits, the session's) and runs. The caller answers on the time grid. A
  // refusal with reason cancelled, too_slow or failed comes after the charge, which stands; RecordFailure
  // then.
  Outcome<std::shared_ptr<Held>> Compute(const std::string& id, const Visitor& visitor,
                                         const Question& question, const JointPlan& plan,
                                         const engine::Cancel& cancel);
  // Keys whose noisy people pass the threshold here; none where groups are declared.
  Result<std::vector<Row>> Select(Held& held) const;
  // One number for each group (`keys`, or those declared: then `keys` is empty) and measured column, group by
  // group; this owner's noise in each. Once: a second call is kFailedPrecondition. Found groups are computed
  // here, so it may take as long as Compute. Errors: kInvalidArgument for keys that are none of the plan's;
  // the engine's, which are not for others to see.
  Result<std::vector<Int128>> Share(Held& held, const std::vector<Row>& keys, const engine::Cancel& cancel);
  // That this owner helps to open the sum of `context` (hex; "" where sums are not secret): durable before it
  // does. Refuses, and records a failure, when the agreement ended meanwhile; refuses when it is on record
  // that it helped already: then nothing must be opened.
  Outcome<void> RecordOpening(const std::string& id, const Visitor& visitor, const Question& question,
                              const JointPlan& plan, const std::string& context);
  // Refuses when the agreement, or a product's life, has ended since the plan was made.
  Outcome<void> StillInForce(const JointPlan& plan) const;
  // That nothing came of a question which was charged.
  void RecordFailure(const std::string& id, const Visitor& visitor, const Question& question,
                     const JointPlan& plan);

 private:
  Result<void> Run(Held& held, const engine::Cancel& cancel);

  Parts parts_;
  Timing timing_;
  std::counting_semaphore<>& turns_;
  Release::Log log_;
};

// Threading: every call may come from any thread.
class JointAsker {
 public:
  // What both refer to outlives it.
  JointAsker(const Parts& parts, const catalogue::Abroad& abroad) : parts_(parts), abroad_(abroad) {}

  // Does the question name a table that is not this member's alone, nor another's and public? If not, it is
  // for Release. The names decide: whether it may be asked, and means anything, is found out by whoever
  // answers it.
  bool IsJoint(const std::string& agreement, const std::string& question) const;
  // Every table of the agreement that is known here, with a product that says what its columns are.
  sql::Scope Tables(const std::string& agreement) const;
  Outcome<Description> Describe(const Caller& caller, const Question& question) const;
  // From what owners' contracts say, as this node knows them.
  Outcome<JointPlan> Plan(const Caller& caller, const Question& question) const;
  // What it would do, in lines, without what owners say of their budgets.
  std::vector<std::string> Explain(const JointPlan& plan) const;

  // What makes two joint questions the same: the plan, and every owner's revision (by owner).
  static std::string Identity(const JointPlan& plan, const std::map<std::string, std::string>& revisions);
  // The stored answer to an identical question, if there is one; its repetition is recorded.
  Outcome<std::optional<Answer>> Repeat(const JointPlan& plan, const std::string& identity) const;
  // The answer that the sum comes to: thresholds, minimum, expressions, HAVING, ORDER BY, LIMIT.
  // `contributed`: how many owners' noise is in it, for the margins. Without a notice, which is the caller's:
  // it knows what owners have left.
  Outcome<Answer> Assemble(const std::string& id, const JointPlan& plan, const std::vector<Row>& keys,
                           const std::vector<Int128>& sums, std::size_t contributed) const;
  // Puts the answer on this node's record, durably, with owners' receipts (by owner) beside it. Refuses when
  // the agreement ended meanwhile, and records a failure: then the answer must not be shown.
  Outcome<void> Record(const Caller& caller, const Question& question, const JointPlan& plan,
                       const std::string& identity, const Answer& answer, const Json& receipts) const;
  // That nothing came of a question that owners were asked. Errors: the ledger's.
  Result<void> RecordFailure(const std::string& id, const Caller& caller, const Question& question,
                             const JointPlan& plan) const;

 private:
  std::shared_ptr<const agreement::Agreement> Find(const std::string& agreement) const;

  Parts parts_;
  const catalogue::Abroad& abroad_;
};

}  // namespace concordat::release
