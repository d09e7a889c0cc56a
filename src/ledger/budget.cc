#include "ledger/budget.h"

#include <fmt/format.h>

#include "base/mutation.h"

namespace concordat::ledger {
namespace {

const char* MechanismName(dp::Mechanism mechanism) {
  return mechanism == dp::Mechanism::kDiscreteGaussian ? "discrete_gaussian" : "discrete_laplace";
}

Result<dp::Mechanism> MechanismFrom(const std::string& name) {
  for (const auto mechanism : {dp::Mechanism::kDiscreteGaussian, dp::Mechanism::kDiscreteLaplace}) {
    if (name == MechanismName(mechanism)) return mechanism;
  }
  return Fail(ErrorCode::kCorrupt, "an unknown mechanism '" + name + "' in a charge", "install the version that wrote it");
}

PrivacyBudget BudgetFrom(const Json& json) { return {{json.at("epsilon").get<double>()}, {json.at("delta").get<double>()}}; }

std::string NameOf(const Level& level) {
  if (level.agreement.empty()) return "product " + level.product;
  if (level.analyst.empty()) return "agreement " + level.agreement;
  return "analyst " + level.analyst;
}

// "lewisham/adult@1" without its version.
std::string ProductOf(const std::string& reference) { return reference.substr(0, reference.find('@')); }

}  // namespace

Json ChargeBody(const Charge& charge) {
  Json measurements = Json::array();
  for (const dp::Measurement& m : charge.measurements) {
    Json item = {{"mechanism", MechanismName(m.mechanism)}, {"sensitivity", m.sensitivity}, {"scale", m.scale}, {"times", m.times}};
    if (m.delta.value > 0) item["delta"] = m.delta.value;
    measurements.push_back(std::move(item));
  }
  return {{"question", charge.question}, {"product", charge.product}, {"agreement", charge.agreement},
          {"analyst", charge.analyst}, {"measurements", std::move(measurements)}};
}

Result<Charge> ChargeFromBody(const Json& body) {
  try {
    Charge charge{body.at("question"), body.at("product"), body.at("agreement"), body.at("analyst"), {}};
    for (const Json& item : body.at("measurements")) {
      charge.measurements.push_back({TRY(MechanismFrom(item.at("mechanism"))), item.at("sensitivity"), item.at("scale"),
                                     item.at("times"), {item.value("delta", 0.0)}});
    }
    return charge;
  } catch (const Json::exception& error) {
    return Fail(ErrorCode::kCorrupt, std::string("a charge is not shaped as one: ") + error.what());
  }
}

void BudgetBook::Clear() { accounts_.clear(); }

void BudgetBook::Apply(const Entry& entry) {
  if (entry.kind == kind::kProductPublished) {
    accounts_[{entry.body.at("id"), "", ""}].limit = BudgetFrom(entry.body.at("budget"));
  } else if (entry.kind == kind::kAgreementProposed) {
    SetLimits(entry.body.at("document"));
  } else if (entry.kind == kind::kCharge) {
    const auto charge = ChargeFromBody(entry.body);
    if (!charge) return;  // ledger verify reports it
    for (const Level& level : LevelsOf(*charge)) accounts_[level].spent.Add(charge->measurements);
  }
}

// The agreement's limit holds for each product it grants, and so does each analyst's where one is set.
void BudgetBook::SetLimits(const Json& agreement) {
  const std::string name = agreement.at("name");
  const Json& protection = agreement.at("protection");
  const PrivacyBudget limit = BudgetFrom(protection);
  for (const auto& [table, products] : agreement.at("tables").items()) {
    for (const Json& reference : products) {
      const std::string product = ProductOf(reference);
      accounts_[{product, name, ""}].limit = limit;
      if (!protection.contains("per_analyst")) continue;
      for (const Json& analyst : agreement.at("analysts")) {
        const std::string full = analyst;
        accounts_[{product, name, full.substr(0, full.find('@'))}].limit = {{protection.at("per_analyst").get<double>()}, limit.delta};
      }
    }
  }
}

std::vector<Level> BudgetBook::LevelsOf(const Charge& charge) const {
  std::vector<Level> levels = {{charge.product, "", ""}, {charge.product, charge.agreement, ""}};
  const Level analyst{charge.product, charge.agreement, charge.analyst};
  if (accounts_.contains(analyst)) levels.push_back(analyst);
  return levels;
}

Outcome<void> BudgetBook::Check(const Charge& charge) const {
  for (const Level& level : LevelsOf(charge)) {
    const auto account = accounts_.find(level);
    if (account == accounts_.end()) {
      return Refuse("budget_unknown", NameOf(level) + " has no budget", "ask the steward of " + charge.product, "53400");
    }
    dp::Composition after = account->second.spent;
    if (!Mutated("charge_not_counted")) after.Add(charge.measurements);
    if (after.FitsIn(account->second.limit)) continue;
    const PrivacyBudget& limit = account->second.limit;
    const double spent = account->second.spent.ToEpsilon(limit.delta).value;
    return Refuse("budget_exhausted",
                  fmt::format("the budget of {} would be passed: {:.3g} of epsilon {:.3g} is left and this question would bring what is "
                              "spent to {:.3g}",
                              NameOf(level), std::max(0.0, limit.epsilon.value - spent), limit.epsilon.value,
                              after.ToEpsilon(limit.delta).value),
                  "SET concordat.epsilon to less, ask an earlier question again (free), or ask the steward for a new agreement", "53400");
  }
  return {};
}

std::vector<LevelState> BudgetBook::After(const Charge& charge) const {
  std::vector<LevelState> states;
  for (const Level& level : LevelsOf(charge)) {
    const auto account = accounts_.find(level);
    if (account == accounts_.end()) continue;
    dp::Composition after = account->second.spent;
    after.Add(charge.measurements);
    states.push_back({level, account->second.limit, after.ToEpsilon(account->second.limit.delta)});
  }
  return states;
}

std::vector<LevelState> BudgetBook::Report(const std::string& product) const {
  std::vector<LevelState> states;
  for (const auto& [level, account] : accounts_) {
    if (product.empty() || level.product == product) states.push_back({level, account.limit, account.spent.ToEpsilon(account.limit.delta)});
  }
  return states;
}

Result<Outcome<Entry>> Append(Ledger& ledger, const BudgetBook& budgets, const Charge& charge) {
  return ledger.AppendIf({.kind = kind::kCharge, .body = ChargeBody(charge), .secret = {}},
                         [&] { return budgets.Check(charge); });
}

}  // namespace concordat::ledger
