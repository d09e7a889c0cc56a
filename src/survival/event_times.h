// The times of Surv(time, status) and Surv(start, time, status) on a grid that all members share: whole
// multiples of a resolution within the declared range. It is of declarations alone, so members' times fit
// together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/refusal.h"
#include "learning/design.h"
#include "learning/formula.h"
#include "learning/rows.h"

namespace concordat::survival {

inline constexpr std::size_t kMostTimes = 4096;

// When a row is watched, in places of times: after `entry`, until `leave`.
struct Spell {
  std::int64_t entry = -1;  // -1: from before the first time
  std::size_t leave = 0;
  bool event = false;  // at its end
};

class EventTimes {
 public:
  // `resolution` in the time column's units, above zero. Refusals: survival_response (the formula has no
  // Surv(time, status) of a column), range_needed, grid_too_fine.
  static Outcome<EventTimes> Of(const learning::Formula& formula, const learning::Schema& schema,
                                double resolution);

  std::size_t size() const { return size_; }
  // The place of the nearest multiple; of what lies outside of the range, of its end.
  std::size_t Place(double time) const;
  // Of a row of a frame with a status. An event is within its spell, however the grid rounds.
  Spell SpellOf(const learning::Frame& frame, Eigen::Index row) const;
  // The time of a place.
  double At(std::size_t place) const { return (first_ + static_cast<double>(place)) * resolution_; }

 private:
  double resolution_ = 1;
  double first_ = 0;  // multiples of the resolution
  std::size_t size_ = 0;
};

}  // namespace concordat::survival
