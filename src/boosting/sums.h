// A member's part in a round of boosting.
//
// Gradients and hessians are rounded to a grid before they are added, so that a sum does not depend on the
// order of rows or on who has them: two splits that are alike stay alike, and every node chooses the same.
// XGBoost's sums on graphics processors are made so for the same reason. How fine: grid.h.
#pragma once

#include <memory>

#include "boosting/state.h"

namespace concordat::boosting {

// What a member may keep between rounds: its rows' cells and where the trees so far bring them.
class BoostRows final : public Kept {
 public:
  // Precondition: `rows` has the columns.
  BoostRows(const Boost& boost, const Rows& rows);

  // Rows whose response is known.
  std::size_t size() const { return responses_.size(); }
  // The first round's numbers.
  std::vector<double> Count() const;
  // A round's numbers. Errors: kInvalidArgument: the state counts fewer rows than these;
  // kResourceExhausted: a row's gradient is past the grid's.
  Result<std::vector<double>> Grow(const BoostState& state);

 private:
  void Follow(const BoostState& state);
  void PlaceIn(const BoostTree& tree);
  // Takes rows that the seed does not draw for the tree under way out of its nodes.
  void LeaveOut(const BoostState& state);

  const Boost boost_;
  std::vector<double> responses_;
  std::vector<std::vector<double>> features_;
  std::vector<std::uint64_t> marks_;  // of each row, where rows are drawn
  // Of the state last seen:
  double base_ = 0;
  BoostBins bins_;
  std::vector<std::uint16_t> cells_;  // of each row, features side by side
  BoostTrees trees_;
  std::vector<double> margins_;
  std::vector<std::uint32_t> nodes_;  // of each row in the tree last placed in
};

}  // namespace concordat::boosting
