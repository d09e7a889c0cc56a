// Times joined into intervals that enough events fall into, so that no sum over an interval shows few people.
//
// A row whose time lies in [start, next start) counts as one at the start: a death there, or still at risk
// there. Where every time with events may stand by itself, nothing changes: the partial likelihood looks at
// no other times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace concordat::learning {

// Of one stratum.
struct Intervals {
  std::vector<std::int64_t> starts;  // places of times, ascending; rows before the first are never at risk
  std::vector<std::int64_t> events;  // in each; above zero

  std::size_t size() const { return starts.size(); }
  // The interval of a place; nothing before the first.
  std::optional<std::size_t> Find(std::size_t place) const;
};

// Counts at the places of one stratum's times.
struct CountsAtTimes {
  std::span<const double> rows;
  std::span<const double> events;  // of the rows
};

struct LeastShown {
  double events = 1;  // in each interval
  bool censored =
      false;  // also as many other rows as that, or none: sums over the events are opened by themselves
};

// As many intervals as the rule allows, from the first event on (or from the beginning, where rows that leave
// before it are fewer than the least events); none where no event is; nullopt where all times together do not
// suffice.
std::optional<Intervals> Join(CountsAtTimes counts, LeastShown least);

}  // namespace concordat::learning
