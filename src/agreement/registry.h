// Agreements and analysts as the ledger has them: a fold, and the way to take the next step.
//
// Entries: agreement.drafted, .proposed, .approved, .suspended, .resumed, .revoked; analyst.added, .password,
// .training, .removed. Format: docs/formats/agreement.md. An entry that was not allowed when its turn came
// changes nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agreement/analyst.h"
#include "agreement/decision.h"
#include "agreement/lifecycle.h"
#include "ledger/ledger.h"

namespace concordat::agreement {

// Reads hold Ledger::Share; pointers live as long as they hold it.
class Registry final : public ledger::Fold {
 public:
  explicit Registry(std::string member) : member_(std::move(member)) {}

  void Apply(const ledger::Entry& entry) override;
  void Clear() override;

  const std::string& member() const { return member_; }
  const Standing* Find(std::string_view agreement) const;      // null when there is none
  const Analyst* FindAnalyst(std::string_view analyst) const;  // null when there is none, or no more
  const std::map<std::string, Standing, std::less<>>& agreements() const { return agreements_; }
  const std::map<std::string, Analyst, std::less<>>& analysts() const { return analysts_; }

  Outcome<Permit> Decide(const Request& request, Time now) const;

  // Would the step be allowed now? Refusals: those of Take.
  Outcome<void> Check(const Step& step) const;
  Outcome<void> Check(const AnalystStep& step) const;

 private:
  std::string member_;
  std::map<std::string, Standing, std::less<>> agreements_;
  std::map<std::string, Analyst, std::less<>> analysts_;
};

// Checks and enters a step in one: durable when it returns an entry, nothing written when it returns a
// refusal. Call without holding Share.
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry, const Step& step);
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry,
                                     const AnalystStep& step);

}  // namespace concordat::agreement
