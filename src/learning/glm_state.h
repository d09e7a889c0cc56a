// What a generalised linear model carries from round to round: which fit the next sums are at.
#pragma once

#include <Eigen/Core>

#include "base/json.h"
#include "base/result.h"

namespace concordat::learning {

struct GlmState {
  int round = 0;           // 0 starts from each row's own response; nothing below is there then
  Eigen::VectorXd beta;    // of scaled columns
  Eigen::VectorXd before;  // the fit that led to `beta`; empty where that was the start
  double null_linear = 0;  // the fit of an intercept alone

  // What the node that asks remembers; members' sums do not depend on it.
  double deviance = 0;        // at `before`
  Eigen::VectorXd triangle;   // of X'WX at `before`
  Eigen::VectorXd variances;  // of beta, at the start and unit dispersion
  Eigen::VectorXd spread;     // standard deviations of scaled columns
  double rows = 0, weights = 0, log_terms = 0;
  Json path;  // of a penalised fit: what was found before; else null
};

Json ToJson(const GlmState& state);
// Errors: kInvalidArgument: not a state of a fit of so many columns and rounds.
Result<GlmState> ReadGlmState(const Json& json, Eigen::Index columns, int max_rounds);

}  // namespace concordat::learning
