// A question that several owners answer together: each owner's part, and the part of the node that asks.
//
// Owner: Prepare (decide, bind, plan; nothing charged) → Compute (charge, durable; run) → Select (only where groups are
// found) → Share (noise goes in; the integers that go into a secure sum) → Record. Asker: Plan → Assemble → Record.
// Decision: docs/adr/0007-federated-questions.md.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "release/release.h"

namespace concordat::release {

struct Prepared;

// Whose question it is, as the member where they belong has vouched for (signature checked by who calls).
struct Visitor {
  std::string analyst;                    // "ana"
  std::string home;                       // "cleveland"
  std::map<std::string, Time> trainings;  // attested there, by name
};

// How a plan is shared, the same at every owner: computed from the agreement's document alone.
struct Sharing {
  std::string table;                 // of the agreement
  std::vector<std::string> owners;   // members whose products make up the table, by name
  std::size_t quorum = 0;            // owners that must contribute
  std::size_t colluding = 0;
  bool local = false;                // protection.mode dp-local: each owner adds the whole noise
};

// A question as one owner, or the asker, has planned it.
struct JointPlan {
  std::shared_ptr<const Prepared> prepared;
  Sharing sharing;
  Json description;      // canonical: all of the plan that owners must have alike; nothing of rows
  std::string revision;  // of this owner's product, with objections: what a stored answer depends on; "" at the asker
};

// Exact sums of one owner, inside release; wiped with it.
class Held;

class JointOwner {
 public:
  JointOwner(const Parts& parts, const Timing& timing, Release::Log log);
  Outcome<JointPlan> Prepare(const Visitor& visitor, const Question& question) const;
  // Charges under `id` (16 hex digits, the session's) and runs. The caller answers on the time grid.
  Outcome<std::shared_ptr<Held>> Compute(const std::string& id, const Visitor& visitor, const Question& question,
                                         const JointPlan& plan, const engine::Cancel& cancel);
  // Keys whose noisy people pass the threshold here; none where groups are declared.
  Result<std::vector<Row>> Select(Held& held);
  // One number for each group (`keys`, or those declared) and measured column, group by group; this owner's noise in
  // each. Once.
  Result<std::vector<Int128>> Share(Held& held, const std::vector<Row>& keys);
  // What came of it: "contributed" or "failed". Refuses when the agreement ended meanwhile.
  Outcome<void> Record(const std::string& id, const Visitor& visitor, const Question& question,
                       const JointPlan& plan, const char* outcome);
};

class JointAsker {
 public:
  explicit JointAsker(const Parts& parts);
  // From what owners' contracts say, as this node knows them.
  Outcome<JointPlan> Plan(const Caller& caller, const Question& question) const;
  // The answer that the sum comes to: thresholds, minimum, expressions, HAVING, ORDER BY, LIMIT.
  Outcome<Answer> Assemble(const std::string& id, const JointPlan& plan, const std::vector<Row>& keys,
                           const std::vector<Int128>& sums) const;
};

}  // namespace concordat::release
