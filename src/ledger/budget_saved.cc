// Budgets as they are kept between two starts (docs/formats/folds.md).
#include "dp/sampled.h"
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
  Json saved = {sums.gaussian, sums.pure, sums.pure_mu2, sums.threshold, sums.releases};
  if (sums.renyi.empty()) return saved;
  saved.push_back(sums.renyi);
  saved.push_back(sums.first ? Json{sums.first->sensitivity, sums.first->scale, sums.first->rate} : Json());
  return saved;
}

// Of sampled measurements. A first one that cannot have been counts as none, which never costs less.
void TakeSampled(const Json& saved, dp::Composition::Sums& sums) {
  for (std::size_t i = 0; i < dp::kOrders; ++i) sums.renyi.push_back(saved.at(5).at(i).get<double>());
  if (saved.at(6).is_null()) return;
  const dp::Measurement first{.sensitivity = saved.at(6).at(0).get<std::uint64_t>(),
                              .scale = saved.at(6).at(1).get<std::uint64_t>(),
                              .rate = saved.at(6).at(2).get<std::uint64_t>()};
  const bool meant = first.sensitivity > 0 && first.scale > 0 && first.rate > 0 && first.rate < dp::kEveryone;
  if (meant) sums.first = first;
}

dp::Composition CompositionFrom(const Json& saved) {
  dp::Composition::Sums sums{saved.at(0).get<double>(),
                             saved.at(1).get<double>(),
                             saved.at(2).get<double>(),
                             saved.at(3).get<double>(),
                             saved.at(4).get<std::uint64_t>(),
                             {},
                             {}};
  if (saved.size() > 5) TakeSampled(saved, sums);
  return dp::Composition::From(sums);
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
