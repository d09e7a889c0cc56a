// Budgets as they are kept between two starts (docs/formats/folds.md).
#include "ledger/budget.h"

namespace concordat::ledger {
namespace {

Json ToJson(const std::optional<PrivacyBudget>& budget) {
  return budget ? Json{budget->epsilon.value, budget->delta.value} : Json();
}

std::optional<PrivacyBudget> BudgetFrom(const Json& saved) {
  if (saved.is_null()) return std::nullopt;
  return PrivacyBudget{{saved.at(0).get<double>()}, {saved.at(1).get<double>()}};
}

Json ToJson(const dp::Composition::Sums& sums) {
  return {sums.gaussian, sums.pure, sums.pure_mu2, sums.threshold, sums.releases};
}

dp::Composition CompositionFrom(const Json& saved) {
  return dp::Composition::From({saved.at(0).get<double>(), saved.at(1).get<double>(),
                                saved.at(2).get<double>(), saved.at(3).get<double>(),
                                saved.at(4).get<std::uint64_t>()});
}

}  // namespace

Json BudgetBook::Save() const {
  Json accounts = Json::array(), terms = Json::object();
  for (const auto& [level, account] : accounts_) {
    accounts.push_back(
        {level.product, level.agreement, level.analyst, ToJson(account.limit), ToJson(account.spent.sums())});
  }
  for (const auto& [document, each] : terms_) {
    terms[document] = {each.agreement, each.products, ToJson(each.limit), ToJson(each.each_analyst)};
  }
  return {{"accounts", std::move(accounts)},
          {"terms", std::move(terms)},
          {"current", current_},
          {"unread", unread_ ? Json(*unread_) : Json()}};
}

void BudgetBook::Load(const Json& saved) {
  for (const Json& row : saved.at("accounts")) {
    const Level level{row.at(0).get<std::string>(), row.at(1).get<std::string>(),
                      row.at(2).get<std::string>()};
    accounts_[level] = {BudgetFrom(row.at(3)), CompositionFrom(row.at(4))};
  }
  for (const auto& [document, row] : saved.at("terms").items()) {
    terms_[document] = {.agreement = row.at(0).get<std::string>(),
                        .products = row.at(1).get<std::set<std::string>>(),
                        .limit = BudgetFrom(row.at(2)),
                        .each_analyst = BudgetFrom(row.at(3))};
  }
  current_ = saved.at("current").get<std::map<std::string, std::string>>();
  if (const Json& unread = saved.at("unread"); !unread.is_null()) unread_ = unread.get<std::uint64_t>();
}

}  // namespace concordat::ledger
