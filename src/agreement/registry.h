// Agreements, people and analysts as the ledger has them: a fold, and the way to take the next step.
//
// Entries: agreement.*, analyst.*, person.* (record.cc). Format: docs/formats/agreement.md. An entry that was
// not allowed when its turn came changes nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agreement/analyst.h"
#include "agreement/decision.h"
#include "agreement/lifecycle.h"
#include "agreement/person.h"
#include "ledger/ledger.h"

namespace concordat::agreement {

// Reads hold Ledger::Share; pointers live as long as they hold it.
class Registry final : public ledger::Fold {
 public:
  explicit Registry(std::string member) : member_(std::move(member)) {}

  void Apply(const ledger::Entry& entry) override;
  void Clear() override;
  std::vector<std::string> Kinds() const override { return {"agreement.", "analyst.", "person."}; }

  const std::string& member() const { return member_; }
  // The agreement under a name: an amendment once its time has come, until then the one it supersedes. Null
  // when there is none.
  const Standing* Find(std::string_view agreement, Time now) const;
  // What waits to supersede it; null when nothing does.
  const Standing* FindAmendment(std::string_view agreement, Time now) const;
  // Any document under the name that is not superseded, by its id. Null when there is none.
  const Standing* FindDocument(std::string_view agreement, std::string_view id) const;
  const Analyst* FindAnalyst(std::string_view analyst) const;  // null when there is none, or no more
  const Person* FindPerson(std::string_view person) const;     // the same
  bool HasApprovers() const;
  // By name, amendments aside.
  const std::map<std::string, Standing, std::less<>>& agreements() const { return agreements_; }
  // Those, each followed by the amendment that was made to it.
  std::vector<const Standing*> Documents() const;
  // Superseded or followed by another under their name, oldest first.
  const std::vector<Standing>& past() const { return past_; }
  const std::map<std::string, Analyst, std::less<>>& analysts() const { return analysts_; }
  const std::map<std::string, Person, std::less<>>& people() const { return people_; }

  // What the record says, for Decide and Examine; `asked`: questions of this analyst in the hour before now.
  Evidence EvidenceFor(const Request& request, Time now, int asked) const;
  Outcome<Permit> Decide(const Request& request, Time now, int asked) const;

  // Would the step be allowed now? Refusals: those of Take and CheckApprover; amendment_unfounded when a
  // document supersedes another than the one in force.
  Outcome<void> Check(const Step& step) const;
  Outcome<void> Check(const AnalystStep& step) const;
  Outcome<void> Check(const PersonStep& step) const;

 private:
  using Standings = std::map<std::string, Standing, std::less<>>;

  const Standing* SlotOf(const Step& step) const;
  bool IsForAmendment(const Step& step) const;
  // The standing of the step's document once it is taken; Check's refusals.
  Outcome<Standing> After(const Step& step) const;
  void ApplyStep(const Step& step);
  void Promote(const std::string& agreement, Time now);

  std::string member_;
  Standings agreements_;
  Standings amendments_;
  std::vector<Standing> past_;
  std::map<std::string, Analyst, std::less<>> analysts_;
  std::map<std::string, Person, std::less<>> people_;
};

// Checks and enters a step in one: durable when it returns an entry, nothing written when it returns a
// refusal. Call without holding Share.
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry, const Step& step);
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry,
                                     const AnalystStep& step);
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry,
                                     const PersonStep& step);

}  // namespace concordat::agreement
