// Survival curves by the product-limit estimate, with Greenwood's standard errors. One round; with case
// weights a second, whose sums of weights are over intervals of time that show no few people's. Sources:
// Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations" (1958); R's survfit for the
// defaults of intervals.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "learning/coefficients.h"
#include "learning/disclosure.h"
#include "learning/options.h"
#include "learning/state.h"
#include "survival/cox_state.h"
#include "survival/event_counts.h"
#include "survival/interval.h"
#include "survival/log_rank.h"
#include "survival/methods.h"

namespace concordat::survival {
namespace {

struct Curves {
  EventGroups groups;
  learning::Rules rules;
  std::string interval;
  double level = 0.95;
  std::string weights;  // a column's name, or empty

  double least() const { return std::max(1.0, rules.minimum_cell); }
};

// A step that is shown: the curve at its last event, and what happened since the step before.
struct ShownStep {
  std::size_t place = 0;
  double at_risk = 0;  // before its first event
  double events = 0;
  double survival = 1;
  double greenwood = 0;  // variance of log survival

  void Die(double died, double risk) {
    survival *= (risk - died) / risk;
    greenwood += died / (risk * (risk - died));
  }
};

// Steps with fewer events than `least` are joined with those after them, the last with the one before it.
std::vector<ShownStep> StepsOf(const EventCounts& counts, double least) {
  std::vector<ShownStep> steps;
  ShownStep now;
  for (std::size_t place = 0; place < counts.rows.size(); ++place) {
    const double died = counts.events[place];
    if (died <= 0) continue;
    const double risk = counts.at_risk[place];
    if (now.events == 0) now.at_risk = risk;
    now.place = place;
    now.events += died;
    now.Die(died, risk);
    if (now.events < least) continue;
    steps.push_back(now);
    now.events = 0;
  }
  if (now.events > 0 && !steps.empty()) {
    now.events += steps.back().events;
    now.at_risk = steps.back().at_risk;
    steps.back() = now;
  }
  return steps;
}

// Rounds of a curve with case weights: counts, then sums over intervals.
struct WeightedState {
  bool counted = false;
  std::vector<Intervals> groups;

  // Risk sets and events by their weights alone.
  CoxShape shape(const Curves& curves) const {
    return {.columns = 0,
            .efron = true,
            .entries = curves.groups.design.formula().start.has_value(),
            .strata = groups};
  }
};

Result<WeightedState> ReadState(const Curves& curves, const Json& json) {
  WeightedState state;
  state.counted = TRY(learning::WholeOf(json, "round", {0, curves.weights.empty() ? 0.0 : 1.0})) == 1;
  if (state.counted)
    state.groups = TRY(ReadIntervals(json, curves.groups.names.size(), curves.groups.times.size()));
  return state;
}

learning::Sums AddWeights(const Curves& curves, const WeightedState& state, const learning::Rows& rows) {
  const learning::Frame frame = curves.groups.design.Of(rows);
  const CoxShape shape = state.shape(curves);
  CoxSums added(shape);
  for (Eigen::Index row = 0; row < frame.size(); ++row)
    if (frame.weights[row] > 0)
      added.Add(StratumOf(frame, row), curves.groups.times.SpellOf(frame, row),
                {.x = {}, .weight = frame.weights[row]});
  learning::Sums sums{.numbers = added.Take()};
  const double weights = frame.weights.sum();
  if (weights > 0) sums.effective_rows = weights * weights / frame.weights.squaredNorm();
  return sums;
}

// Of a group whose first interval's numbers stand at `sums`: a step an interval.
std::vector<ShownStep> WeightedSteps(const Intervals& intervals, std::span<const double> sums) {
  std::vector<ShownStep> steps;
  ShownStep now;
  for (std::size_t k = 0; k < intervals.size(); ++k) {
    now.place = static_cast<std::size_t>(intervals.starts[k]);
    now.at_risk = sums[2 * k];
    now.events = sums[2 * k + 1];
    now.Die(now.events, now.at_risk);
    steps.push_back(now);
  }
  return steps;
}

Value CountOf(const Curves& curves, double count) {
  return curves.weights.empty() ? Value(static_cast<std::int64_t>(count)) : Value(count);
}

Row RowOf(const Curves& curves, std::size_t group, const ShownStep& step) {
  const double of_log = std::sqrt(step.greenwood);
  const auto [lower, upper] = SurvivalInterval(curves.interval, {step.survival, of_log}, curves.level);
  const double error = step.survival <= 0 ? NAN : step.survival * of_log;
  return {curves.groups.names[group],    curves.groups.times.At(step.place),    CountOf(curves, step.at_risk),
          CountOf(curves, step.events),  learning::NumberOrNull(step.survival), learning::NumberOrNull(error),
          learning::NumberOrNull(lower), learning::NumberOrNull(upper)};
}

std::vector<learning::Output> CurveColumns(const Curves& curves) {
  const Type count = curves.weights.empty() ? Type::kInteger : Type::kNumber;
  return {{"group", Type::kText},   {"time", Type::kNumber},     {"at_risk", count},
          {"events", count},        {"survival", Type::kNumber}, {"standard_error", Type::kNumber},
          {"lower", Type::kNumber}, {"upper", Type::kNumber}};
}

tl::unexpected<Refusal> TooFewEvents(const Curves& curves, std::size_t group) {
  return Refuse("too_few_events",
                fmt::format("{} has fewer than {} events{}", curves.groups.names[group], curves.least(),
                            curves.weights.empty() ? "" : ", or fewer rows without one"),
                "ask for a table with more rows, or for fewer groups", "42501");
}

learning::Fitted ModelOf(const Curves& curves) {
  learning::Fitted fitted;
  fitted.columns = CurveColumns(curves);
  fitted.model = {{"method", "kaplan_meier"},
                  {"formula", learning::ToText(curves.groups.design.formula())},
                  {"interval", curves.interval},
                  {"least_events", curves.rules.minimum_cell}};
  if (!curves.weights.empty()) fitted.model["weights"] = curves.weights;
  return fitted;
}

Outcome<learning::Fitted> TableOf(const Curves& curves, const std::vector<EventCounts>& counts) {
  const auto shown = TRY(ShownGroups(curves.groups, counts, curves.rules));
  learning::Fitted fitted = ModelOf(curves);
  double rows = 0;
  for (const std::size_t group : shown) {
    rows += counts[group].size;
    const auto steps = StepsOf(counts[group], curves.least());
    if (steps.empty()) return TooFewEvents(curves, group);
    for (const ShownStep& step : steps) fitted.rows.push_back(RowOf(curves, group, step));
  }
  fitted.model["rows"] = rows;
  if (shown.size() > 1 && !curves.groups.design.formula().start)
    fitted.model["log_rank"] = ToJson(TestLogRank(counts, shown));
  return fitted;
}

// The second round's state: intervals of each group, none where it has no rows.
Outcome<Json> JoinGroups(const Curves& curves, const std::vector<EventCounts>& counts) {
  std::vector<Intervals> groups(counts.size());
  const auto shown = TRY(ShownGroups(curves.groups, counts, curves.rules));
  for (const std::size_t group : shown) {
    const EventCounts& each = counts[group];
    auto joined = Join({.rows = each.rows, .events = each.events, .entries = each.entries},
                       {.events = curves.least(), .censored = true});
    if (!joined || joined->size() == 0) return TooFewEvents(curves, group);
    groups[group] = *std::move(joined);
  }
  Json state{{"round", 1}};
  PutIntervals(groups, &state);
  return state;
}

Outcome<learning::Fitted> WeightedTableOf(const Curves& curves, const WeightedState& state,
                                          std::span<const double> totals) {
  const CoxShape shape = state.shape(curves);
  TRY(CheckChanges(shape, totals, curves.least()));
  learning::Fitted fitted = ModelOf(curves);
  std::size_t first = 0;
  for (std::size_t group = 0; group < state.groups.size(); ++group) {
    for (const ShownStep& step : WeightedSteps(state.groups[group], totals.subspan(first)))
      fitted.rows.push_back(RowOf(curves, group, step));
    first += state.groups[group].size() * shape.Interval();
  }
  return fitted;
}

class KaplanMeier final : public learning::ExactMethod {
 public:
  explicit KaplanMeier(Curves curves) : curves_(std::move(curves)) {}

  std::vector<learning::Output> Outputs() const override { return CurveColumns(curves_); }
  std::vector<std::string> Columns() const override { return curves_.groups.design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& json) const override {
    const WeightedState state = TRY(ReadState(curves_, json));
    return state.counted ? state.shape(curves_).Length() : CountsLength(curves_.groups);
  }

  Result<learning::Sums> Add(const learning::Rows& rows, const Json& json) const override {
    const WeightedState state = TRY(ReadState(curves_, json));
    return state.counted ? AddWeights(curves_, state, rows) : CountEvents(curves_.groups, rows);
  }

  Outcome<learning::Step> Next(const Json& json, std::span<const double> totals) const override {
    TRY(learning::CheckTotals(*this, json, totals));
    const WeightedState state = *ReadState(curves_, json);
    learning::Step step{.said = "weights added up"};
    if (state.counted) {
      step.fitted = TRY(WeightedTableOf(curves_, state, totals));
      return step;
    }
    const std::vector<EventCounts> counts = ReadCounts(curves_.groups, totals);
    step.said = "rows and events counted";
    if (curves_.weights.empty())
      step.fitted = TRY(TableOf(curves_, counts));
    else
      step.state = TRY(JoinGroups(curves_, counts));
    return step;
  }

 private:
  Curves curves_;
};

}  // namespace

learning::Made MakeKaplanMeier(const learning::Call& call, const learning::Schema& schema,
                               const learning::Rules& rules) {
  learning::Options options(call);
  const double resolution = TRY(options.Number("resolution", 1, 1e-9, 1e9));
  const std::string interval = TRY(options.Choice("interval", {"log", "log_log", "plain"}));
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  const std::string weights = TRY(options.Text("weights", ""));
  TRY(options.End());
  EventGroups groups = TRY(BindEventGroups(call, schema, resolution, weights));
  return std::make_unique<KaplanMeier>(Curves{
      .groups = std::move(groups), .rules = rules, .interval = interval, .level = level, .weights = weights});
}

}  // namespace concordat::survival
