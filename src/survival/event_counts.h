// How many rows and events there are at each time of a grid, group by group: all that survival curves and the
// log-rank test need, in one round. Where rows enter at times of their own, how many of them enter, too.
#pragma once

#include <string>
#include <vector>

#include "learning/design.h"
#include "learning/method.h"
#include "survival/cox_intervals.h"
#include "survival/event_times.h"

namespace concordat::survival {

// Surv(time, status) ~ group, where groups are the combinations of factors' levels; one group for ~ 1.
struct EventGroups {
  learning::Design design;
  EventTimes times;
  std::vector<std::string> names;  // "sex=male"; "all" of one group
};

// `weights` as of Design::Bind. Refusals: those of ParseFormula, EventTimes::Of and Design::Bind;
// groups_needed for terms that are no plain columns; grid_too_fine.
Outcome<EventGroups> BindEventGroups(const learning::Call& call, const learning::Schema& schema,
                                     double resolution, const std::string& weights = {});

// Of one group, by time: rows that leave there, those with the event among them, and those still there
// before.
struct EventCounts {
  std::vector<double> rows, events, entries, at_risk;  // entries: empty where all are there from the start
  double size = 0;                                     // rows in all
};

// Counts of one stratum after the other at all times, each rows, events and perhaps entries: of a member's
// rows whose weight is above 0.
class TimeCounts {
 public:
  TimeCounts(std::size_t strata, std::size_t times, bool entries);

  std::size_t length() const { return strata_ * times_ * each_; }
  void Add(const EventTimes& times, const learning::Frame& frame, std::vector<double>& numbers) const;
  // Precondition: `totals` has length() numbers.
  EventCounts Read(std::span<const double> totals, std::size_t stratum) const;

 private:
  std::size_t strata_, times_, each_;
};

// Of a frame's row; 0 without strata.
std::size_t StratumOf(const learning::Frame& frame, Eigen::Index row);

// The one round's numbers of some rows; and what a total of them says. Precondition: CountsLength of them.
std::size_t CountsLength(const EventGroups& groups);
learning::Sums CountEvents(const EventGroups& groups, const learning::Rows& rows);
std::vector<EventCounts> ReadCounts(const EventGroups& groups, std::span<const double> totals);

// Refuses groups of some but fewer than minimum_rows rows (too_few_rows); drops those without any. Returns
// places of the rest. Refusals also: too_few_rows where there is none.
Outcome<std::vector<std::size_t>> ShownGroups(const EventGroups& groups,
                                              const std::vector<EventCounts>& counts,
                                              const learning::Rules& rules);

}  // namespace concordat::survival
