// Rounds of a fit under one exchange of keys, as the node that asks goes through them: until the fit is done,
// or an owner is missing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aggregation/series.h"
#include "federation/asking.h"

namespace concordat::federation {

class FitSession : private Asking {
 public:
  // All that it is given outlives it. `from`: the round that it begins with, where an earlier session reached
  // it; none: the fit's first.
  FitSession(const CoordinatorParts& parts, const CoordinatorTerms& terms, AskedFit& fit,
             SignedStatement statement, const std::optional<Reached>& from, const engine::Cancel& cancel)
      : Asking(parts, terms, fit, std::move(statement), cancel, kSilent),
        terms_(terms),
        fit_(fit),
        from_(from) {}

  // `after` is called after each round. Refusals: as Coordinator::Fit; owners_missing when a session
  // cannot go on.
  Outcome<release::Answer> Go(const std::function<void()>& after);
  // The newest round that all contributed to in this session.
  const std::optional<Reached>& reached() const { return reached_; }
  // Was an owner asked to compute?
  bool began() const { return !circle_.charged().empty(); }

 private:
  static const Progress kSilent;

  Outcome<std::optional<release::Answer>> Prepare();
  // Asks owners which rounds of earlier sessions they charged. Where not all say so, all that was asked for
  // stays counted.
  void Settle();
  Result<Charged> ChargedBy(const std::string& owner, const Bytes& request);
  // One round; its answer, which is empty in all rounds but the last.
  Outcome<release::Answer> Round(std::vector<Bytes> vouchers);
  Outcome<std::vector<Int128>> Sum(std::vector<Bytes> vouchers);
  std::string Id() const;  // of the round that is asked

  const CoordinatorTerms& terms_;
  AskedFit& fit_;
  const std::optional<Reached>& from_;
  std::optional<aggregation::SeriesRoll> roll_;
  std::vector<Bytes> said_;  // pledges, then the newest contributions
  std::optional<Reached> reached_;
};

}  // namespace concordat::federation
