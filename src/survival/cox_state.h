// What a Cox fit carries from round to round. Round 0 counts at all times; those after it are Newton's.
#pragma once

#include <Eigen/Core>

#include "base/json.h"
#include "base/result.h"
#include "survival/cox_likelihood.h"

namespace concordat::survival {

struct CoxState {
  int round = 0;
  double rows = 0;
  std::vector<Intervals> strata;
  // Coefficients of (x - centre) / scale; the last step that led to them, and how often it was halved.
  Eigen::VectorXd centre, scale, beta, step;
  int halved = 0;
  double log = 0;  // partial likelihood before the step
  // At no effect: the partial likelihood, the score test, and variances in today's scale.
  double null_log = 0;
  double null_score = 0;
  Eigen::VectorXd null_variance;
};

// What a state of one call must fit.
struct CoxFrame {
  Eigen::Index columns = 0;
  std::size_t strata = 1;
  std::size_t times = 0;
  bool efron = true;
  bool weighted = false;
  bool entries = false;
  int max_rounds = 30;
};

inline constexpr std::size_t kMostCoxSums = std::size_t{1} << 20;  // numbers of a round

Json ToJson(const CoxState& state);
// Errors: kInvalidArgument: no state of the call.
Result<CoxState> ReadCoxState(const Json& json, const CoxFrame& frame);
// The part of a state that says of each stratum its intervals, and back. Errors: kInvalidArgument.
void PutIntervals(const std::vector<Intervals>& strata, Json* json);
Result<std::vector<Intervals>> ReadIntervals(const Json& json, std::size_t strata, std::size_t times);
CoxShape ShapeOf(const CoxState& state, const CoxFrame& frame);

}  // namespace concordat::survival
