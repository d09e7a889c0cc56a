// The states of linear regression under noise, as they go from round to round.
#pragma once

#include <vector>

#include "base/json.h"
#include "learning/noisy_line.h"
#include "learning/noisy_places.h"
#include "learning/noisy_standard.h"

namespace concordat::learning {

struct LmState {
  static constexpr int kRounds = 5;

  int round = 0;
  Windows windows;           // of rounds 0 and 1
  std::vector<Cells> cells;  // likewise
  // From round 2 on; members' sums depend on its columns' places, radius, most and the line's beta alone: the
  // rest is what the node that asks remembers. `most` is that of residuals.
  Standard standard;
  double deviation = 1;  // of the response
  double beyond = 0;     // what `most` takes of residuals
  Line line;
};

// What the call alone says of them.
struct LmShape {
  Eigen::Index terms = 0;
  Windows whole;  // of round 0
};

Json ToJson(const LmState& state);
// Errors: kInvalidArgument: no state of such a fit.
Result<LmState> ReadLmState(const Json& json, const LmShape& shape);

}  // namespace concordat::learning
