// Times joined into intervals that enough events fall into, so that no sum over an interval shows few people.
//
// A row whose time lies in [start, next start) counts as one at the start: a death there, or still at risk
// there; one that enters in it is at risk from the next on, unless its event is in the same one. Where every
// time with events may stand by itself, nothing changes: the partial likelihood looks at no other times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "survival/event_times.h"

namespace concordat::survival {

// Of one stratum.
struct Intervals {
  std::vector<std::int64_t> starts;  // places of times, ascending; rows before the first are never at risk
  std::vector<std::int64_t> events;  // in each; above zero

  std::size_t size() const { return starts.size(); }
  // The interval of a place; nothing before the first.
  std::optional<std::size_t> Find(std::size_t place) const;
  // The first and the last interval at whose start a row of this spell is at risk; nothing where there is
  // none.
  struct AtRisk {
    std::size_t first = 0;
    std::size_t last = 0;
  };
  std::optional<AtRisk> Of(const Spell& spell) const;
};

// Counts at the places of one stratum's times.
struct CountsAtTimes {
  std::span<const double> rows;
  std::span<const double> events;   // of the rows
  std::span<const double> entries;  // rows that enter there; empty where all are there from the beginning
};

struct LeastShown {
  double events = 1;  // in each interval
  // Also as many other rows as that come or go, or none: sums over the events are opened by themselves.
  bool censored = false;
};

// As many intervals as the rule allows, from the first event on (or from the beginning, where rows that leave
// before it are fewer than the least events); none where no event is; nullopt where all times together do not
// suffice.
std::optional<Intervals> Join(CountsAtTimes counts, LeastShown least);

}  // namespace concordat::survival
