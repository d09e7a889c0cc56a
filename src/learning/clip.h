// What units add to a round under noise: each one's numbers are pulled within a bound and made whole, so that
// no unit, whatever its rows are, moves a member's sum by more than so many steps.
//
// A unit's integers are a function of its own numbers alone; their L2 norm is compared with the steps in
// integers, so that no rounding of doubles is in the argument: clip.proof.md. A method must compute a unit's
// numbers from that unit's rows alone too, in an order that does not depend on other rows: no product of a
// matrix of all rows, no running sum of doubles over units.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/int128.h"
#include "learning/method.h"

namespace concordat::learning {

// How a unit's numbers become integers: a number of `bound` is `steps` of them.
struct Clip {
  double bound = 1;         // most that a unit's numbers are together, in L2; above 0
  std::uint64_t steps = 0;  // most that its integers are, in L2; at most kMostSteps
};
inline constexpr std::uint64_t kMostSteps = std::uint64_t{1} << 32;

// Not thread-safe.
class ClippedSum {
 public:
  ClippedSum(std::size_t length, const Clip& clip);
  // One unit's numbers, `length` of them. Where any is not finite the unit adds nothing.
  void Add(const Eigen::VectorXd& numbers);
  // What all units added; the sum is 0 afterwards.
  std::vector<Int128> Take() { return std::exchange(sum_, std::vector<Int128>(sum_.size(), 0)); }

 private:
  bool Fits(const Eigen::VectorXd& whole) const;

  Clip clip_;
  std::vector<Int128> sum_;
  Eigen::VectorXd whole_;
};

// Calls `each` with the first and one past the last of each unit's rows, for units of which any row was kept:
// `kept` are places among the unit rows, ascending (Frame::places); what `each` gets are places in `kept`.
template <class Each>
void ForEachUnit(std::span<const std::size_t> starts, std::span<const std::size_t> kept, Each each) {
  std::size_t first = 0;
  for (std::size_t unit = 0; unit < starts.size() && first < kept.size(); ++unit) {
    std::size_t last = first;
    while (last < kept.size() && (unit + 1 == starts.size() || kept[last] < starts[unit + 1])) ++last;
    if (last > first) each(first, last);
    first = last;
  }
}

}  // namespace concordat::learning
