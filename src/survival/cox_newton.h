// One step of Newton's method on the partial likelihood: from a round's totals to the next state, or the end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "survival/cox_state.h"

namespace concordat::survival {

// The maximum, in the scale of the state that it was found at.
struct CoxMaximum {
  Eigen::VectorXd beta;
  Eigen::MatrixXd covariance;
  PartialLikelihood at;
};

// Changes `state` to the next round's, or returns the maximum. `terms` names columns for people. Refusals:
// collinear, separated, not_converged.
Outcome<std::optional<CoxMaximum>> StepCox(CoxState* state, const CoxFrame& frame,
                                           std::span<const double> totals,
                                           const std::vector<std::string>& terms);

}  // namespace concordat::survival
