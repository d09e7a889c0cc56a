#include "release/fit_spent.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dp/accounting.h"
#include "ledger/charge.h"

namespace concordat::release {

void FitSpent::Add(const dp::Measurements& round) {
  for (const dp::Measurement& one : round) {
    const auto alike = std::find_if(rounds_.begin(), rounds_.end(), [&](dp::Measurement known) {
      known.times = one.times;
      return known == one;
    });
    dp::Measurement sum = one;
    if (alike != rounds_.end()) {
      sum.times += alike->times;
      rounds_.erase(alike);
    }
    rounds_.push_back(sum);  // the newest is the last
  }
}

dp::Measurements FitSpent::Newest() const {
  if (rounds_.empty()) return {};
  dp::Measurement newest = rounds_.back();
  newest.times = 1;
  return {newest};
}

Epsilon FitSpent::At(Delta delta) const {
  dp::Composition sum;
  sum.Add(rounds_);
  return sum.ToEpsilon(delta);
}

Json FitSpent::ToJson() const { return ledger::MeasurementsJson(rounds_); }

FitSpent FitSpent::From(const Json& secret) {
  FitSpent spent;
  const auto rounds = ledger::MeasurementsFromJson(secret.value("spent", Json()));
  if (rounds) spent.rounds_ = *rounds;
  return spent;
}

void FitBill::Ask(FitDoubt doubt) {
  const bool known = std::any_of(doubts_.begin(), doubts_.end(),
                                 [&](const FitDoubt& each) { return each.question == doubt.question; });
  if (!known) doubts_.push_back(std::move(doubt));
}

FitSpent FitBill::spent() const {
  FitSpent spent = settled_;
  for (const FitDoubt& doubt : doubts_) spent.Add(doubt.cost);
  return spent;
}

void FitBill::Close() {
  settled_ = spent();
  doubts_.clear();
}

void FitBill::Settle(const std::vector<std::set<std::string>>& by_owner) {
  while (!doubts_.empty()) {
    const dp::Measurements cost = doubts_.front().cost;
    const auto others = std::stable_partition(doubts_.begin(), doubts_.end(),
                                              [&](const FitDoubt& doubt) { return doubt.cost == cost; });
    const std::vector<FitDoubt> alike(doubts_.begin(), others);
    doubts_.erase(doubts_.begin(), others);
    std::ptrdiff_t most = 0;
    for (const std::set<std::string>& charged : by_owner)
      most = std::max(most, std::count_if(alike.begin(), alike.end(), [&](const FitDoubt& doubt) {
                        return doubt.session.empty() || charged.contains(doubt.question);
                      }));
    for (; most > 0; --most) settled_.Add(cost);
  }
}

}  // namespace concordat::release
