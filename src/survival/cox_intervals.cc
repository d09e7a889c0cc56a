#include "survival/cox_intervals.h"

#include <algorithm>

namespace concordat::survival {
namespace {

struct EventInterval {
  std::size_t start = 0;
  double events = 0;
  double others = 0;

  bool Suffices(LeastShown least) const {
    return events >= least.events && (!least.censored || others == 0 || others >= least.events);
  }
};

// Where the first interval starts: at the first event; at the beginning where few rows leave before, since
// what all rows come to less what those at risk do would show them.
std::size_t FirstStart(CountsAtTimes counts, LeastShown least) {
  double before = 0;
  for (std::size_t place = 0; place < counts.rows.size(); ++place) {
    if (counts.events[place] > 0) return before == 0 || before >= least.events ? place : 0;
    before += counts.rows[place];
  }
  return counts.rows.size();
}

// From left to right; the last may not suffice.
std::vector<EventInterval> Collect(CountsAtTimes counts, LeastShown least) {
  std::vector<EventInterval> found;
  const std::size_t first = FirstStart(counts, least);
  if (first < counts.rows.size()) found.push_back({.start = first});
  for (std::size_t place = first; place < counts.rows.size(); ++place) {
    const double events = counts.events[place];
    if (events > 0 && found.back().Suffices(least)) found.push_back({.start = place});
    found.back().events += events;
    found.back().others += counts.rows[place] - events;
    if (!counts.entries.empty()) found.back().others += counts.entries[place];
  }
  return found;
}

}  // namespace

std::optional<std::size_t> Intervals::Find(std::size_t place) const {
  const auto after = std::upper_bound(starts.begin(), starts.end(), static_cast<std::int64_t>(place));
  if (after == starts.begin()) return std::nullopt;
  return static_cast<std::size_t>(after - starts.begin()) - 1;
}

std::optional<Intervals::AtRisk> Intervals::Of(const Spell& spell) const {
  const auto last = Find(spell.leave);
  if (!last) return std::nullopt;
  const auto entered = spell.entry < 0 ? std::nullopt : Find(static_cast<std::size_t>(spell.entry));
  const std::size_t first = entered ? *entered + 1 : 0;
  if (first <= *last) return AtRisk{first, *last};
  return spell.event ? std::optional(AtRisk{*last, *last}) : std::nullopt;
}

std::optional<Intervals> Join(CountsAtTimes counts, LeastShown least) {
  std::vector<EventInterval> found = Collect(counts, least);
  while (found.size() > 1 && !found.back().Suffices(least)) {
    const EventInterval last = found.back();
    found.pop_back();
    found.back().events += last.events;
    found.back().others += last.others;
  }
  if (!found.empty() && !found.back().Suffices(least)) return std::nullopt;
  Intervals intervals;
  for (const EventInterval& each : found) {
    intervals.starts.push_back(static_cast<std::int64_t>(each.start));
    intervals.events.push_back(static_cast<std::int64_t>(each.events));
  }
  return intervals;
}

}  // namespace concordat::survival
