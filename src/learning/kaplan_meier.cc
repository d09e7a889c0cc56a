// Survival curves by the product-limit estimate, with Greenwood's standard errors. One round.
// Sources: Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations" (1958); R's survfit for
// the defaults of intervals.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "learning/coefficients.h"
#include "learning/disclosure.h"
#include "learning/event_counts.h"
#include "learning/log_rank.h"
#include "learning/methods.h"
#include "learning/options.h"
#include "learning/state.h"
#include "learning/survival_interval.h"

namespace concordat::learning {
namespace {

struct Curves {
  EventGroups groups;
  Rules rules;
  std::string interval;
  double level = 0.95;
};

// A step that is shown: the curve at its last event, and what happened since the step before.
struct ShownStep {
  std::size_t place = 0;
  double at_risk = 0;  // before its first event
  double events = 0;
  double survival = 1;
  double greenwood = 0;  // variance of log survival
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
    now.survival *= (risk - died) / risk;
    now.greenwood += died / (risk * (risk - died));
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

Row RowOf(const Curves& curves, std::size_t group, const ShownStep& step) {
  const double of_log = std::sqrt(step.greenwood);
  const auto [lower, upper] = SurvivalInterval(curves.interval, {step.survival, of_log}, curves.level);
  const double error = step.survival <= 0 ? NAN : step.survival * of_log;
  return {curves.groups.names[group],
          curves.groups.times.At(step.place),
          static_cast<std::int64_t>(step.at_risk),
          static_cast<std::int64_t>(step.events),
          step.survival,
          NumberOrNull(error),
          NumberOrNull(lower),
          NumberOrNull(upper)};
}

std::vector<Output> CurveColumns() {
  return {{"group", Type::kText},     {"time", Type::kNumber},     {"at_risk", Type::kInteger},
          {"events", Type::kInteger}, {"survival", Type::kNumber}, {"standard_error", Type::kNumber},
          {"lower", Type::kNumber},   {"upper", Type::kNumber}};
}

Outcome<Fitted> TableOf(const Curves& curves, const std::vector<EventCounts>& counts) {
  const auto shown = TRY(ShownGroups(curves.groups, counts, curves.rules));
  Fitted fitted;
  fitted.columns = CurveColumns();
  for (const std::size_t group : shown) {
    const auto steps = StepsOf(counts[group], std::max(1.0, curves.rules.minimum_cell));
    if (steps.empty())
      return Refuse(
          "too_few_events",
          fmt::format("{} has fewer than {} events", curves.groups.names[group], curves.rules.minimum_cell),
          "ask for a table with more rows, or for fewer groups", "42501");
    for (const ShownStep& step : steps) fitted.rows.push_back(RowOf(curves, group, step));
  }
  fitted.model = {{"method", "kaplan_meier"},
                  {"formula", ToText(curves.groups.design.formula())},
                  {"interval", curves.interval},
                  {"least_events", curves.rules.minimum_cell}};
  if (shown.size() > 1) fitted.model["log_rank"] = ToJson(TestLogRank(counts, shown));
  return fitted;
}

class KaplanMeier final : public ExactMethod {
 public:
  explicit KaplanMeier(Curves curves) : curves_(std::move(curves)) {}

  std::vector<Output> Outputs() const override { return CurveColumns(); }
  std::vector<std::string> Columns() const override { return curves_.groups.design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(WholeOf(state, "round", {0, 0}));
    return CountsLength(curves_.groups);
  }

  Result<Sums> Add(const Rows& rows, const Json& state) const override {
    TRY(Length(state));
    return CountEvents(curves_.groups, rows);
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals) const override {
    const auto length = Length(state);
    if (!length) return RefuseState(length.error());
    if (*length != totals.size()) return RefuseState({.message = "the totals are not those of the state"});
    Step step{.said = "rows and events counted"};
    step.fitted = TRY(TableOf(curves_, ReadCounts(curves_.groups, totals)));
    return step;
  }

 private:
  Curves curves_;
};

}  // namespace

Made MakeKaplanMeier(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const double resolution = TRY(options.Number("resolution", 1, 1e-9, 1e9));
  const std::string interval = TRY(options.Choice("interval", {"log", "log_log", "plain"}));
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  TRY(options.End());
  return std::make_unique<KaplanMeier>(Curves{.groups = TRY(BindEventGroups(call, schema, resolution)),
                                              .rules = rules,
                                              .interval = interval,
                                              .level = level});
}

}  // namespace concordat::learning
