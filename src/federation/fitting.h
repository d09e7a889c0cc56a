// One fit on its way round the owners: as many questions as it has rounds, each of them one sum.
//
// Every round is of all owners of the table. Totals of two sets of owners would differ by one owner's own
// numbers, so a fit does not go on without one; a round that somebody missed is asked again, at the same
// state, for a while.
#pragma once

#include <string>
#include <vector>

#include "federation/asking.h"

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
  Outcome<release::Answer> Round();
  SignedStatement Statement() const;
  void Tell(const std::string& stage) const;

  const CoordinatorParts& parts_;
  CoordinatorTerms terms_;
  AskedFit& fit_;
  const release::Question& question_;
  const engine::Cancel& cancel_;
  const Progress& progress_;
};

}  // namespace concordat::federation
