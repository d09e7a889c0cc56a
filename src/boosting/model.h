// A boosted ensemble as a model: what docs/formats/boost.md describes, and what it predicts.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "boosting/state.h"

namespace concordat::boosting {

// What was fitted. Precondition: the state has no tree under way that counts.
Json BoostModelOf(const Boost& boost, const BoostState& state);

// A model read again.
struct BoostModel {
  Objective objective;
  BoostColumns columns;  // features; without a response
  BoostBins bins;
  double base_score = 0.5;
  std::vector<BoostTree> trees;
};
// Errors: kInvalidArgument: not a model that this method made.
Result<BoostModel> ReadBoostModel(const Json& model);
// The mean that the model predicts for each row: a probability, a number, a count. Nothing is missing: trees
// have a side for values that are. Precondition: `rows` has the features' columns.
Eigen::ArrayXd PredictBoost(const BoostModel& model, const Rows& rows);

}  // namespace concordat::boosting
