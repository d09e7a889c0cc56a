// Budgets: what may be spent on each product, and what was, as a fold over the ledger.
//
// Nested: product ⊇ agreement ⊇ analyst, each an (epsilon, delta) of its own for one product, whatever its
// version. Inside, charges compose as dp/accounting.h says; outside, people see (epsilon, delta). Spent is
// spent: nothing resets.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "dp/accounting.h"
#include "ledger/charge.h"
#include "ledger/ledger.h"

namespace concordat::ledger {

// What is held for a product (agreement and analyst empty), an agreement on it (analyst empty), or an analyst
// under that: "ana" of the product's own member, "ana@zurich" who visits from another.
struct Level {
  std::string product, agreement, analyst;
  auto operator<=>(const Level&) const = default;
};

struct LevelState {
  Level level;
  PrivacyBudget limit;
  Epsilon spent;  // at the limit's delta, rounded up
  Epsilon left() const { return {spent.value < limit.epsilon.value ? limit.epsilon.value - spent.value : 0}; }
};

// Reads hold Ledger::Share.
class BudgetBook final : public Fold {
 public:
  // Limits come from product.published and agreement.proposed, what is spent from charge. An amendment's
  // limits hold for charges that name its document; what was spent under the name stays spent. A charge that
  // this version cannot read could have cost anything: from then on every charge is refused.
  void Apply(const Entry& entry) override;
  void Clear() override;
  std::string Form() const override { return "budgets/3"; }
  Json Save() const override;  // budget_saved.cc
  void Load(const Json& saved) override;

  // Would the charge fit at every level? Refusals: budget_exhausted (53400) naming the level, what is left
  // and what would be needed; budget_unknown when a level was never given one, or what is spent is not known.
  Outcome<void> Check(const Charge& charge) const;
  // The levels a charge touches, outermost first, as they stand now, and as they would stand after it.
  std::vector<LevelState> Now(const Charge& charge) const;
  std::vector<LevelState> After(const Charge& charge) const;
  // Epsilon spent under the charge's agreement on its product; 0 when there is no such level.
  double SpentUnder(const Charge& charge) const;
  // Every level with a limit, or those of one product.
  std::vector<LevelState> Report(const std::string& product = {}) const;

 private:
  struct Account {
    std::optional<PrivacyBudget> limit;  // of a product's level
    dp::Composition spent;
  };
  // What one document of an agreement allows: on each of its products, and there each analyst.
  struct Terms {
    std::string agreement;
    std::set<std::string> products;
    std::optional<PrivacyBudget> limit;
    std::optional<PrivacyBudget> each_analyst;
  };

  void SetProductLimit(const Json& product);
  void SetAgreementLimit(const Json& body);
  const Terms* TermsOf(const std::string& document) const;
  // `terms` are those of the level's agreement.
  std::optional<PrivacyBudget> LimitOf(const Level& level, const Terms* terms) const;
  dp::Composition SpentAt(const Level& level) const;
  // Outermost first; an analyst's is there only where the agreement limits each analyst.
  std::vector<Level> LevelsOf(const Charge& charge) const;
  std::vector<LevelState> StatesOf(const Charge& charge, const dp::Measurements& more) const;

  std::map<std::string, Terms> terms_;  // by the document's id
  std::map<std::string, std::string>
      current_;                          // by agreement: the document last proposed anew or charged under
  std::map<Level, Account> accounts_;    // what is spent is kept for every level, with a limit or without
  std::optional<std::uint64_t> unread_;  // index of a charge that could not be read
};

// Checks and appends in one step: durable when it returns an entry, and nothing written when it returns a
// refusal.
Result<Outcome<Entry>> Append(Ledger& ledger, const BudgetBook& budgets, const Charge& charge);

}  // namespace concordat::ledger
