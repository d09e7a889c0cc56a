// One fit on its way round the owners, in as many sessions as it takes.
//
// Every round is of all owners of the table. Totals of two sets of owners would differ by one owner's own
// numbers, so a fit does not go on without one. When one goes missing on the way, the fit waits for it, with
// growing pauses, and goes on where it was: under new keys, from the newest round that all took part in.
// Where an owner does not know that it took part, exact rounds begin anew; under noise owners take any state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "federation/fit_session.h"

namespace concordat::federation {

class Fitting {
 public:
  // All that it is given outlives it.
  Fitting(const CoordinatorParts& parts, const CoordinatorTerms& terms, AskedFit& fit,
          const release::Question& question, const engine::Cancel& cancel, const Progress& progress)
      : parts_(parts), terms_(terms), fit_(fit), question_(question), cancel_(cancel), progress_(progress) {
    terms_.spends = !fit.outline().exact;
  }

  Outcome<release::Answer> Fit();
  // A line for each owner; nothing is charged.
  std::vector<std::string> Explain();

 private:
  // What a session came to, and how far it brought the fit.
  Outcome<release::Answer> GoOn(bool& began);
  SignedStatement Statement() const;
  // Where an owner does not know its own voucher any more, and nothing is charged for asking again: once.
  bool StartsAnew(const Refusal& refusal);
  void Tell(const std::string& stage) const;
  void Pause(Milliseconds time) const;

  const CoordinatorParts& parts_;
  CoordinatorTerms terms_;
  AskedFit& fit_;
  const release::Question& question_;
  const engine::Cancel& cancel_;
  const Progress& progress_;
  std::optional<Reached> reached_;
  bool anew_ = false;
  Milliseconds since_{0};  // of the clock's Elapsed: when the fit last got on
};

}  // namespace concordat::federation
