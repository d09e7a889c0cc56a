// Budgets: what may be spent on each product, and what was, as a fold over the ledger.
//
// Nested: product ⊇ agreement ⊇ analyst, each an (epsilon, delta) of its own for one product, whatever its version. Inside,
// charges compose as zCDP (dp/accounting.h); outside, people see (epsilon, delta). Spent is spent: nothing resets.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "dp/accounting.h"
#include "ledger/ledger.h"

namespace concordat::ledger {

// One question's charge to one product.
struct Charge {
  std::string question;   // id of the answer it pays for
  std::string product;    // "lewisham/adult"
  std::string agreement;
  std::string analyst;
  dp::Measurements measurements;
};

// The body of a charge entry, and back. Errors: kCorrupt.
Json ChargeBody(const Charge& charge);
Result<Charge> ChargeFromBody(const Json& body);

// What is held for a product (agreement and analyst empty), an agreement on it (analyst empty), or an analyst under that.
struct Level {
  std::string product, agreement, analyst;
  auto operator<=>(const Level&) const = default;
};

struct LevelState {
  Level level;
  PrivacyBudget limit;
  Epsilon spent;             // at the limit's delta, rounded up
  Epsilon left() const { return {spent.value < limit.epsilon.value ? limit.epsilon.value - spent.value : 0}; }
};

// Reads hold Ledger::Share.
class BudgetBook final : public Fold {
 public:
  void Apply(const Entry& entry) override;
  void Clear() override;

  // Would the charge fit at every level? Refusals: budget_exhausted (53400) naming the level and what is left;
  // budget_unknown when a level was never given one.
  Outcome<void> Check(const Charge& charge) const;
  // The levels a charge touches, outermost first, as they would stand after it.
  std::vector<LevelState> After(const Charge& charge) const;
  // Every level with a limit, or those of one product.
  std::vector<LevelState> Report(const std::string& product = {}) const;

 private:
  struct Account {
    PrivacyBudget limit;
    dp::Composition spent;
  };
  std::vector<Level> LevelsOf(const Charge& charge) const;
  void SetLimits(const Json& agreement);

  std::map<Level, Account> accounts_;
};

// Checks and appends in one step: durable when it returns an entry, and nothing written when it returns a refusal.
Result<Outcome<Entry>> Append(Ledger& ledger, const BudgetBook& budgets, const Charge& charge);

}  // namespace concordat::ledger
