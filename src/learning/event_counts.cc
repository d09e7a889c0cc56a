#include "learning/event_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace concordat::learning {
namespace {

constexpr std::size_t kMostCounts = std::size_t{1} << 20;

// Terms become strata, whose combinations the design names and counts. Order of names: the formula's.
Outcome<Formula> TermsToStrata(Formula formula) {
  std::vector<std::string> names;
  for (const Variable& variable : formula.variables) {
    if (variable.kind != Variable::Kind::kPlain || variable.of.kind != Expr::Kind::kColumn)
      return Refuse("groups_needed", fmt::format("{} makes no groups", variable.text),
                    "write columns with declared levels on the right side: ~ sex + region", "42601");
    names.push_back(variable.of.name);
  }
  if (!formula.offsets.empty() || formula.grouping)
    return Refuse("groups_needed", "offsets and random intercepts make no groups",
                  "write columns with declared levels on the right side: ~ sex + region", "42601");
  names.insert(names.end(), formula.strata.begin(), formula.strata.end());
  formula.strata = std::move(names);
  formula.variables.clear();
  formula.terms.clear();
  formula.intercept = true;
  return formula;
}

}  // namespace

Outcome<EventGroups> BindEventGroups(const Call& call, const Schema& schema, double resolution) {
  Formula parsed = TRY(ParseFormula(call.formula));
  const Formula formula = TRY(TermsToStrata(std::move(parsed)));
  const EventTimes times = TRY(EventTimes::Of(formula, schema, resolution));
  EventGroups groups{.design = TRY(Design::Bind(formula, schema)), .times = times};
  groups.names = groups.design.strata();
  if (groups.names.empty()) groups.names.emplace_back("all");
  if (CountsLength(groups) > kMostCounts)
    return Refuse("grid_too_fine",
                  fmt::format("{} groups of {} times each are too many", groups.names.size(), times.size()),
                  "write a larger resolution, or fewer columns", "22023");
  return groups;
}

std::size_t CountsLength(const EventGroups& groups) { return 2 * groups.names.size() * groups.times.size(); }

Sums CountEvents(const EventGroups& groups, const Rows& rows) {
  const Frame frame = groups.design.Of(rows);
  Sums sums;
  sums.numbers.assign(CountsLength(groups), 0);
  for (Eigen::Index row = 0; row < frame.size(); ++row) {
    const std::size_t group = frame.stratum.empty() ? 0 : frame.stratum[static_cast<std::size_t>(row)];
    const std::size_t at = 2 * (group * groups.times.size() + groups.times.Place(frame.y[row]));
    sums.numbers[at] += 1;
    sums.numbers[at + 1] += frame.status[row];
  }
  sums.effective_rows = static_cast<double>(frame.size());
  return sums;
}

std::vector<EventCounts> ReadCounts(const EventGroups& groups, std::span<const double> totals) {
  CHECK(totals.size() == CountsLength(groups));
  const std::size_t times = groups.times.size();
  std::vector<EventCounts> all(groups.names.size());
  for (std::size_t group = 0; group < all.size(); ++group) {
    EventCounts& counts = all[group];
    counts.rows.resize(times);
    counts.events.resize(times);
    counts.at_risk.resize(times);
    for (std::size_t place = times; place-- > 0;) {
      const std::size_t at = 2 * (group * times + place);
      counts.rows[place] = std::round(totals[at]);
      counts.events[place] = std::round(totals[at + 1]);
      counts.size += counts.rows[place];
      counts.at_risk[place] = counts.size;
    }
  }
  return all;
}

Outcome<std::vector<std::size_t>> ShownGroups(const EventGroups& groups,
                                              const std::vector<EventCounts>& counts, const Rules& rules) {
  std::vector<std::size_t> shown;
  for (std::size_t group = 0; group < counts.size(); ++group) {
    if (counts[group].size == 0) continue;
    if (counts[group].size < rules.minimum_rows)
      return Refuse("too_few_rows",
                    fmt::format("a group, {}, has fewer rows than the agreement's minimum of {}",
                                groups.names[group], rules.minimum_rows),
                    "leave out a column, so that groups are larger", "42501");
    shown.push_back(group);
  }
  if (!shown.empty()) return shown;
  return Refuse("too_few_rows", "no row counts", "leave out columns with missing values", "42501");
}

}  // namespace concordat::learning
