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

void FitSpent::AddLastAgain() {
  if (!rounds_.empty()) ++rounds_.back().times;
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

}  // namespace concordat::release
