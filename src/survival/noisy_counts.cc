#include "survival/noisy_counts.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "learning/disclosure.h"
#include "learning/packing.h"
#include "learning/state.h"
#include "learning/unit_means.h"

namespace concordat::survival {
namespace {

// Of the noise of one number: a curve ends where fewer than this are left at risk. Coverage of intervals
// beyond is poor (noisy_kaplan_meier.proof.md).
constexpr double kTold = 3 * 1.4142135623730951;

Eigen::VectorXd Falls(const Eigen::VectorXd& sums) {
  Eigen::VectorXd falls = sums;
  falls.head(sums.size() - 1) -= sums.tail(sums.size() - 1);
  return falls;
}

}  // namespace

NoisyEvents::NoisyEvents(EventGroups groups, std::pair<double, double> range, double least, int steps)
    : groups_(std::move(groups)),
      sums_(steps),
      low_(range.first),
      width_((range.second - range.first) / steps),
      least_(least) {}

Outcome<NoisyEvents> NoisyEvents::Bind(const learning::Call& call, const learning::Schema& schema,
                                       const learning::Rules& rules, int steps) {
  const learning::Formula formula = TRY(learning::ParseFormula(call.formula));
  const learning::Field* time =
      formula.response ? learning::Find(schema, formula.response->of.name) : nullptr;
  const bool spans = time != nullptr && time->range && time->range->first < time->range->second;
  const auto range = spans ? *time->range : std::pair<double, double>(0, steps);
  EventGroups groups = TRY(BindEventGroups(call, schema, (range.second - range.first) / steps));
  return NoisyEvents(std::move(groups), range, rules.minimum_cell, steps);
}

Eigen::Index NoisyEvents::StepOf(double time) const {
  const double step = std::ceil((time - low_) / width_) - 1;
  return static_cast<Eigen::Index>(std::clamp(step, 0.0, static_cast<double>(steps() - 1)));
}

std::size_t NoisyEvents::length() const {
  return 2 * groups_.names.size() * static_cast<std::size_t>(steps());
}

// Deaths of a group, then those of it who leave alive.
std::vector<Int128> NoisyEvents::Add(const learning::UnitRows& rows, std::uint64_t steps) const {
  const learning::Frame frame = groups_.design.Of(rows.rows);
  const auto add = [&](Eigen::Index row, double weight, Eigen::VectorXd& numbers) {
    const std::size_t group = frame.stratum.empty() ? 0 : frame.stratum[static_cast<std::size_t>(row)];
    const auto block = static_cast<Eigen::Index>(2 * group) + (frame.status[row] == 1 ? 0 : 1);
    sums_.Add(StepOf(frame.y[row]), weight, numbers.segment(block * sums_.size(), sums_.size()));
  };
  return learning::SumUnitMeans(rows, frame, static_cast<Eigen::Index>(length()),
                                {.bound = bound(), .steps = steps}, add);
}

std::vector<NoisyCounts> NoisyEvents::Read(std::span<const double> totals, double sigma) const {
  CHECK(totals.size() == length());
  learning::Taker taker(totals);
  std::vector<NoisyCounts> all(groups_.names.size());
  for (NoisyCounts& counts : all) {
    const Eigen::VectorXd died = NeverRising(sums_.SumsOf(taker.Vector(steps())));
    const Eigen::VectorXd left = NeverRising(sums_.SumsOf(taker.Vector(steps())));
    counts.at_risk = died + left;
    counts.events = Falls(died);
    if (counts.at_risk[0] < least_) continue;
    const double least = std::max(kTold * sigma, 1e-6);
    while (counts.told < steps() && counts.at_risk[counts.told] - counts.events[counts.told] > least)
      ++counts.told;
  }
  return all;
}

Result<std::size_t> NoisyEventsMethod::Length(const Json& state) const {
  TRY(learning::WholeOf(state, "round", {0, 0}));
  return events_.length();
}

Result<learning::NoisyRound> NoisyEventsMethod::Round(const Json& state) const {
  TRY(Length(state));
  return learning::NoisyRound{.bound = events_.bound(), .share = 1};
}

Result<std::vector<Int128>> NoisyEventsMethod::Add(const learning::UnitRows& rows, const Json& state,
                                                   std::uint64_t steps) const {
  TRY(Length(state));
  return events_.Add(rows, steps);
}

Outcome<learning::Step> NoisyEventsMethod::Next(const Json& state, std::span<const double> totals,
                                                double sigma) const {
  TRY(learning::CheckTotals(*this, state, totals));
  learning::Step step{.said = "rows and events counted, with noise"};
  step.fitted = TRY(TableOf(events_.Read(totals, sigma), sigma));
  return step;
}

}  // namespace concordat::survival
