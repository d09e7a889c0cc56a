// How many rows and events there are at each time of a grid, group by group: all that survival curves and the
// log-rank test need, in one round.
#pragma once

#include <string>
#include <vector>

#include "learning/design.h"
#include "learning/event_times.h"
#include "learning/method.h"

namespace concordat::learning {

// Surv(time, status) ~ group, where groups are the combinations of factors' levels; one group for ~ 1.
struct EventGroups {
  Design design;
  EventTimes times;
  std::vector<std::string> names;  // "sex=male"; "all" of one group
};

// Refusals: those of ParseFormula, EventTimes::Of and Design::Bind; groups_needed for terms that are no plain
// columns; grid_too_fine.
Outcome<EventGroups> BindEventGroups(const Call& call, const Schema& schema, double resolution);

// Of one group, by time: rows that leave there, those with the event among them, and those still there
// before.
struct EventCounts {
  std::vector<double> rows, events, at_risk;
  double size = 0;  // rows in all
};

// The one round's numbers of some rows; and what a total of them says. Precondition: CountsLength of them.
std::size_t CountsLength(const EventGroups& groups);
Sums CountEvents(const EventGroups& groups, const Rows& rows);
std::vector<EventCounts> ReadCounts(const EventGroups& groups, std::span<const double> totals);

// Refuses groups of some but fewer than minimum_rows rows (too_few_rows); drops those without any. Returns
// places of the rest. Refusals also: too_few_rows where there is none.
Outcome<std::vector<std::size_t>> ShownGroups(const EventGroups& groups,
                                              const std::vector<EventCounts>& counts, const Rules& rules);

}  // namespace concordat::learning
