#include "ledger/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/mutation.h"

namespace concordat::ledger {
namespace {

std::string NameOf(const Level& level) {
  if (level.agreement.empty()) return "product " + level.product;
  if (level.analyst.empty()) return "agreement " + level.agreement;
  return "analyst " + level.analyst;
}

const char* AdviceOn(const Level& level) {
  if (level.agreement.empty()) {
    return "SET concordat.epsilon to less, or ask an earlier question again (free); this product's people "
           "were promised "
           "that no more would be told of them";
  }
  if (level.analyst.empty()) {
    return "SET concordat.epsilon to less, ask an earlier question again (free), or ask the steward for a "
           "new agreement";
  }
  return "SET concordat.epsilon to less, or ask an earlier question again (free); other analysts of the "
         "agreement may "
         "have some left";
}

// "lewisham/adult@1" without its version.
std::string ProductOf(const std::string& reference) { return reference.substr(0, reference.find('@')); }

// An analyst's level of a product: "ana" of the product's own member, "ana@zurich" of another. Agreements
// name everybody with their member, charges visitors alone; two of one name are two people.
Level AnalystLevel(const std::string& product, const std::string& agreement, const std::string& analyst) {
  const std::size_t at = analyst.find('@');
  const bool own = at != std::string::npos && analyst.substr(at + 1) == product.substr(0, product.find('/'));
  return {product, agreement, own ? analyst.substr(0, at) : analyst};
}

// To three digits, so that what is said to be left is there and what is said to be needed is enough.
std::string Rounded(double value, double (*towards)(double)) {
  if (!(value > 0)) return "0";
  const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
  return fmt::format("{:.3g}", towards(value / unit) * unit);
}

// Throws Json::exception, or gives none where the numbers make no budget.
std::optional<PrivacyBudget> BudgetFrom(const Json& epsilon, const Json& delta) {
  const PrivacyBudget budget{{epsilon.get<double>()}, {delta.get<double>()}};
  const bool meant = budget.epsilon.value >= 0 && budget.delta.value >= 0 && budget.delta.value < 1;
  return meant ? std::optional(budget) : std::nullopt;
}

Refusal Exhausted(const LevelState& now, const dp::Composition& after) {
  const double total = after.ToEpsilon(now.limit.delta).value;
  std::string why = "its delta allows no further groups that nobody declared";
  if (std::isfinite(total)) {
    why = fmt::format("epsilon {} of {:.3g} is left, and this question needs {}",
                      Rounded(now.left().value, [](double x) { return std::floor(x); }),
                      now.limit.epsilon.value,
                      Rounded(total - now.spent.value, [](double x) { return std::ceil(x); }));
  } else if (after.ThresholdDelta().value <= now.limit.delta.value * dp::kThresholdShare) {
    why = fmt::format("epsilon {} of {:.3g} is left, and this question needs more than any budget holds",
                      Rounded(now.left().value, [](double x) { return std::floor(x); }),
                      now.limit.epsilon.value);
  }
  return {.reason = "budget_exhausted",
          .message = fmt::format("the budget of {} would be passed: {}", NameOf(now.level), why),
          .hint = AdviceOn(now.level),
          .sqlstate = "53400",
          .position = {}};
}

}  // namespace

void BudgetBook::Clear() {
  terms_.clear();
  current_.clear();
  accounts_.clear();
  unread_.reset();
}

void BudgetBook::Apply(const Entry& entry) {
  if (entry.kind == kind::kProductPublished) {
    SetProductLimit(entry.body);
  } else if (entry.kind == kind::kAgreementProposed) {
    SetAgreementLimit(entry.body);
  } else if (entry.kind == kind::kCharge) {
    const auto charge = ChargeFromBody(entry.body);
    if (!charge) {
      unread_ = entry.index;
      return;
    }
    const std::set<Level> levels = {{charge->product, "", ""},
                                    {charge->product, charge->agreement, ""},
                                    AnalystLevel(charge->product, charge->agreement, charge->analyst)};
    for (const Level& level : levels) accounts_[level].spent.Add(charge->measurements);
    if (terms_.contains(charge->document)) current_[charge->agreement] = charge->document;
  }
}

// The least of all versions: what the first promised holds for those after it. A body without a budget takes
// it away.
void BudgetBook::SetProductLimit(const Json& product) {
  const Json id = product.value("id", Json());
  if (!id.is_string()) return;
  std::optional<PrivacyBudget>& limit = accounts_[{id, "", ""}].limit;
  try {
    const Json& budget = product.at("budget");
    std::optional<PrivacyBudget> now = BudgetFrom(budget.at("epsilon"), budget.at("delta"));
    if (now && limit) {
      now->epsilon = std::min(now->epsilon, limit->epsilon);
      now->delta = std::min(now->delta, limit->delta);
    }
    limit = now;
  } catch (const Json::exception&) {
    limit.reset();
  }
}

// The agreement's limit holds for each product it grants, and so does each analyst's where one is set. A body
// that is not understood has no limits, and so nothing can be charged under it.
void BudgetBook::SetAgreementLimit(const Json& body) {
  const auto text = [](const Json& object, const char* field) {
    const Json value = object.is_object() ? object.value(field, Json()) : Json();
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  const Json document = body.value("document", Json());
  Terms terms{.agreement = text(document, "name"), .products = {}, .limit = {}, .each_analyst = {}};
  const std::string id = text(body, "id");
  if (terms.agreement.empty()) return;
  try {
    const Json& protection = document.at("protection");
    // Under threshold nothing is for sale: what costs anything passes it, and rounds of fits cost nothing.
    terms.limit = protection.value("mode", "") == "threshold"
                      ? PrivacyBudget{}
                      : BudgetFrom(protection.at("epsilon"), protection.at("delta"));
    if (protection.contains("per_analyst"))
      terms.each_analyst = BudgetFrom(protection.at("per_analyst"), protection.at("delta"));
    for (const auto& [table, products] : document.at("tables").items()) {
      for (const Json& reference : products) {
        const std::string product = ProductOf(reference);
        terms.products.insert(product);
        accounts_[{product, terms.agreement, ""}];
        for (const Json& analyst : document.at("analysts"))
          accounts_[AnalystLevel(product, terms.agreement, analyst)];
      }
    }
  } catch (const Json::exception&) {
    terms.limit = terms.each_analyst = std::nullopt;
  }
  if (text(document, "supersedes").empty()) current_[terms.agreement] = id;
  terms_.insert_or_assign(id, std::move(terms));
}

const BudgetBook::Terms* BudgetBook::TermsOf(const std::string& document) const {
  const auto terms = terms_.find(document);
  return terms == terms_.end() ? nullptr : &terms->second;
}

std::optional<PrivacyBudget> BudgetBook::LimitOf(const Level& level, const Terms* terms) const {
  if (level.agreement.empty()) {
    const auto account = accounts_.find(level);
    return account == accounts_.end() ? std::nullopt : account->second.limit;
  }
  if (terms == nullptr || terms->agreement != level.agreement || !terms->products.contains(level.product))
    return std::nullopt;
  return level.analyst.empty() ? terms->limit : terms->each_analyst;
}

dp::Composition BudgetBook::SpentAt(const Level& level) const {
  const auto account = accounts_.find(level);
  return account == accounts_.end() ? dp::Composition() : account->second.spent;
}

std::vector<Level> BudgetBook::LevelsOf(const Charge& charge) const {
  std::vector<Level> levels = {{charge.product, "", ""}, {charge.product, charge.agreement, ""}};
  Level analyst = AnalystLevel(charge.product, charge.agreement, charge.analyst);
  if (LimitOf(analyst, TermsOf(charge.document))) levels.push_back(std::move(analyst));
  return levels;
}

Outcome<void> BudgetBook::Check(const Charge& charge) const {
  if (unread_) {
    return Refuse("budget_unknown",
                  fmt::format("ledger entry {} is a charge that this version cannot read", *unread_),
                  "ask the operator to install the version that wrote it", "53400");
  }
  for (const Level& level : LevelsOf(charge)) {
    const auto limit = LimitOf(level, TermsOf(charge.document));
    if (!limit) {
      return Refuse("budget_unknown", NameOf(level) + " has no budget",
                    "ask the steward of " + charge.product, "53400");
    }
    const dp::Composition spent = SpentAt(level);
    dp::Composition after = spent;
    if (!Mutated("charge_not_counted")) after.Add(charge.measurements);
    if (after.FitsIn(*limit)) continue;
    return tl::unexpected(Exhausted({level, *limit, spent.ToEpsilon(limit->delta)}, after));
  }
  return {};
}

std::vector<LevelState> BudgetBook::StatesOf(const Charge& charge, const dp::Measurements& more) const {
  std::vector<LevelState> states;
  for (const Level& level : LevelsOf(charge)) {
    const auto limit = LimitOf(level, TermsOf(charge.document));
    if (!limit) continue;
    dp::Composition spent = SpentAt(level);
    spent.Add(more);
    states.push_back({level, *limit, spent.ToEpsilon(limit->delta)});
  }
  return states;
}

std::vector<LevelState> BudgetBook::Now(const Charge& charge) const { return StatesOf(charge, {}); }

std::vector<LevelState> BudgetBook::After(const Charge& charge) const {
  return StatesOf(charge, charge.measurements);
}

double BudgetBook::SpentUnder(const Charge& charge) const {
  const Level level{charge.product, charge.agreement, ""};
  const auto limit = LimitOf(level, TermsOf(charge.document));
  return limit ? SpentAt(level).ToEpsilon(limit->delta).value : 0;
}

std::vector<LevelState> BudgetBook::Report(const std::string& product) const {
  std::vector<LevelState> states;
  for (const auto& [level, account] : accounts_) {
    const auto document = current_.find(level.agreement);
    const auto limit = LimitOf(level, document == current_.end() ? nullptr : TermsOf(document->second));
    if (!limit || (!product.empty() && level.product != product)) continue;
    states.push_back({level, *limit, account.spent.ToEpsilon(limit->delta)});
  }
  return states;
}

Result<Outcome<Entry>> Append(Ledger& ledger, const BudgetBook& budgets, const Charge& charge) {
  return ledger.AppendIf({.kind = kind::kCharge, .body = ChargeBody(charge), .secret = {}},
                         [&] { return budgets.Check(charge); });
}

}  // namespace concordat::ledger
