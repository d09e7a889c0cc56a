#include "survival/event_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace concordat::survival {
namespace {

constexpr std::size_t kMostCounts = std::size_t{1} << 20;

// Terms become strata, whose combinations the design names and counts. Order of names: the formula's.
Outcome<learning::Formula> TermsToStrata(learning::Formula formula) {
  std::vector<std::string> names;
  for (const learning::Variable& variable : formula.variables) {
    if (variable.kind != learning::Variable::Kind::kPlain ||
        variable.of.kind != learning::Expr::Kind::kColumn)
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

Outcome<EventGroups> BindEventGroups(const learning::Call& call, const learning::Schema& schema,
                                     double resolution, const std::string& weights) {
  learning::Formula parsed = TRY(learning::ParseFormula(call.formula));
  const learning::Formula formula = TRY(TermsToStrata(std::move(parsed)));
  const EventTimes times = TRY(EventTimes::Of(formula, schema, resolution));
  EventGroups groups{.design = TRY(learning::Design::Bind(formula, schema, weights)), .times = times};
  groups.names = groups.design.strata();
  if (groups.names.empty()) groups.names.emplace_back("all");
  if (CountsLength(groups) > kMostCounts)
    return Refuse("grid_too_fine",
                  fmt::format("{} groups of {} times each are too many", groups.names.size(), times.size()),
                  "write a larger resolution, or fewer columns", "22023");
  return groups;
}

std::size_t StratumOf(const learning::Frame& frame, Eigen::Index row) {
  return frame.stratum.empty() ? 0 : frame.stratum[static_cast<std::size_t>(row)];
}

TimeCounts::TimeCounts(std::size_t strata, std::size_t times, bool entries)
    : strata_(strata), times_(times), each_(entries ? 3 : 2) {}

void TimeCounts::Add(const EventTimes& times, const learning::Frame& frame,
                     std::vector<double>& numbers) const {
  const std::size_t first = numbers.size();
  numbers.resize(first + length(), 0);
  for (Eigen::Index row = 0; row < frame.size(); ++row) {
    if (!(frame.weights[row] > 0)) continue;
    const Spell spell = times.SpellOf(frame, row);
    const std::size_t stratum = first + each_ * times_ * StratumOf(frame, row);
    double* leaving = &numbers[stratum + each_ * spell.leave];
    leaving[0] += 1;
    leaving[1] += spell.event ? 1 : 0;
    if (spell.entry >= 0) numbers[stratum + each_ * static_cast<std::size_t>(spell.entry) + 2] += 1;
  }
}

EventCounts TimeCounts::Read(std::span<const double> totals, std::size_t stratum) const {
  EventCounts counts;
  counts.rows.resize(times_);
  counts.events.resize(times_);
  counts.at_risk.resize(times_);
  if (each_ == 3) counts.entries.resize(times_);
  double watched = 0;
  for (std::size_t place = times_; place-- > 0;) {
    const std::size_t at = each_ * (stratum * times_ + place);
    counts.rows[place] = std::round(totals[at]);
    counts.events[place] = std::round(totals[at + 1]);
    counts.size += counts.rows[place];
    watched += counts.rows[place];
    if (each_ == 3) watched -= counts.entries[place] = std::round(totals[at + 2]);
    counts.at_risk[place] = watched;
  }
  return counts;
}

namespace {

TimeCounts GroupCountsOf(const EventGroups& groups) {
  return {groups.names.size(), groups.times.size(), groups.design.formula().start.has_value()};
}

}  // namespace

std::size_t CountsLength(const EventGroups& groups) { return GroupCountsOf(groups).length(); }

learning::Sums CountEvents(const EventGroups& groups, const learning::Rows& rows) {
  const learning::Frame frame = groups.design.Of(rows);
  learning::Sums sums;
  GroupCountsOf(groups).Add(groups.times, frame, sums.numbers);
  sums.effective_rows = static_cast<double>((frame.weights.array() > 0).count());
  return sums;
}

std::vector<EventCounts> ReadCounts(const EventGroups& groups, std::span<const double> totals) {
  CHECK(totals.size() == CountsLength(groups));
  std::vector<EventCounts> all;
  for (std::size_t group = 0; group < groups.names.size(); ++group)
    all.push_back(GroupCountsOf(groups).Read(totals, group));
  return all;
}

Outcome<std::vector<std::size_t>> ShownGroups(const EventGroups& groups,
                                              const std::vector<EventCounts>& counts,
                                              const learning::Rules& rules) {
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

}  // namespace concordat::survival
