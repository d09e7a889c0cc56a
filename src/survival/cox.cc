// Proportional hazards by Newton rounds over sums at event times. Round 0 counts rows and events at all times
// of the grid; the rounds after it carry sums over intervals that enough events fall into (cox_intervals.h).
#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/coefficient_table.h"
#include "learning/coefficients.h"
#include "learning/design.h"
#include "learning/disclosure.h"
#include "learning/options.h"
#include "learning/state.h"
#include "learning/survey.h"
#include "survival/cox_newton.h"
#include "survival/event_counts.h"
#include "survival/methods.h"

namespace concordat::survival {
namespace {

constexpr double kMostSum = 1e18;  // that integers of 128 bits hold, for as many members as there may be

struct Cox {
  learning::Design design;
  learning::Survey survey;
  EventTimes times;
  learning::Rules rules;
  std::string weights;  // a column's name, or empty
  double level = 0.95;
  CoxFrame frame;
  std::vector<Eigen::Index> columns;  // of the design, without the intercept
  std::vector<std::string> terms;     // of those
};

TimeCounts CountsOf(const CoxFrame& frame) { return {frame.strata, frame.times, frame.entries}; }

learning::Sums CountTimes(const Cox& cox, const learning::Rows& rows, const learning::Frame& frame) {
  learning::Sums sums;
  cox.survey.Add(rows, frame, cox.design.Scaled(frame.x), sums.numbers);
  CountsOf(cox.frame).Add(cox.times, frame, sums.numbers);
  sums.effective_rows = static_cast<double>((frame.weights.array() > 0).count());
  return sums;
}

CoxRow RowOf(const Cox& cox, const CoxState& state, const learning::Frame& frame, Eigen::Index at) {
  CoxRow row;
  row.x.resize(cox.frame.columns);
  for (Eigen::Index j = 0; j < cox.frame.columns; ++j)
    row.x[j] = (frame.x(at, cox.columns[static_cast<std::size_t>(j)]) - state.centre[j]) / state.scale[j];
  row.offset = frame.offset[at];
  row.risk = std::exp(row.x.dot(state.beta) + row.offset);
  row.weight = frame.weights[at];
  return row;
}

Result<learning::Sums> AddRows(const Cox& cox, const learning::Frame& frame, const CoxState& state) {
  const CoxShape shape = ShapeOf(state, cox.frame);
  CoxSums added(shape);
  double weights = 0;
  double squares = 0;
  for (Eigen::Index at = 0; at < frame.size(); ++at) {
    if (!(frame.weights[at] > 0)) continue;
    const std::size_t stratum = StratumOf(frame, at);
    const Spell spell = cox.times.SpellOf(frame, at);
    const CoxRow row = RowOf(cox, state, frame, at);
    added.Add(stratum, spell, row);
    if (!state.strata[stratum].Of(spell)) continue;
    weights += row.weight * row.risk;
    squares += row.weight * row.risk * row.weight * row.risk;
  }
  learning::Sums sums{.numbers = added.Take()};
  for (const double number : sums.numbers)
    if (!(std::abs(number) < kMostSum))
      return Fail(ErrorCode::kResourceExhausted, "a hazard ratio left what a sum can hold",
                  "leave out the term that grows without end");
  if (squares > 0) sums.effective_rows = weights * weights / squares;
  return sums;
}

double LeastEvents(const Cox& cox) { return std::max(1.0, cox.rules.minimum_cell); }

Outcome<Intervals> JoinStratum(const Cox& cox, const EventCounts& counts, std::size_t stratum) {
  const LeastShown least{.events = LeastEvents(cox), .censored = cox.frame.efron || cox.frame.weighted};
  auto joined = Join({.rows = counts.rows, .events = counts.events, .entries = counts.entries}, least);
  if (joined) return *std::move(joined);
  return Refuse(
      "too_few_events",
      fmt::format("{} has fewer than {} events{}",
                  cox.design.strata().empty() ? "the table" : cox.design.strata()[stratum], least.events,
                  least.censored ? ", or fewer rows without one" : ""),
      least.censored ? "write ties => 'breslow', or ask for a table with more rows" : "leave the stratum out",
      "42501");
}

Outcome<learning::Step> JoinTimes(const Cox& cox, std::span<const double> all) {
  CoxState state;
  state.rows = TRY(cox.survey.Check(all.first(cox.survey.length()))).rows;
  std::vector<EventCounts> counts;
  double events = 0;
  for (std::size_t stratum = 0; stratum < cox.frame.strata; ++stratum) {
    counts.push_back(CountsOf(cox.frame).Read(all.subspan(cox.survey.length()), stratum));
    for (const double died : counts.back().events) events += died;
  }
  TRY(learning::CheckSize(
      {.minimum_rows = cox.rules.minimum_cell, .parameters_share = cox.rules.parameters_share}, events,
      static_cast<double>(cox.frame.columns)));
  for (std::size_t stratum = 0; stratum < cox.frame.strata; ++stratum)
    state.strata.push_back(TRY(JoinStratum(cox, counts[stratum], stratum)));
  if (ShapeOf(state, cox.frame).Length() > kMostCoxSums)
    return Refuse("grid_too_fine", fmt::format("a round would carry more than {} numbers", kMostCoxSums),
                  "write a larger resolution, or leave out terms", "22023");
  state.round = 1;
  state.beta = state.step = state.null_variance = Eigen::VectorXd::Zero(cox.frame.columns);
  state.centre = state.scale = state.beta;
  for (Eigen::Index j = 0; j < cox.frame.columns; ++j) {
    const learning::Scale& scale =
        cox.design.scales()[static_cast<std::size_t>(cox.columns[static_cast<std::size_t>(j)])];
    state.centre[j] = scale.centre;
    state.scale[j] = scale.half;
  }
  return learning::Step{.state = ToJson(state),
                        .said = fmt::format("{:.0f} events in {} intervals of time", events,
                                            ShapeOf(state, cox.frame).intervals())};
}

Json BaselineOf(const Cox& cox, const CoxState& state, const CoxMaximum& maximum) {
  Json strata = Json::array();
  for (std::size_t s = 0; s < state.strata.size(); ++s) {
    Json steps = Json::array();
    for (std::size_t k = 0; k < state.strata[s].size(); ++k)
      steps.push_back({{"time", cox.times.At(static_cast<std::size_t>(state.strata[s].starts[k]))},
                       {"events", state.strata[s].events[k]},
                       {"cumulative_hazard", maximum.at.hazard[s][k]}});
    strata.push_back(
        {{"stratum", cox.design.strata().empty() ? "" : cox.design.strata()[s]}, {"steps", steps}});
  }
  return strata;
}

Json ModelOf(const Cox& cox, const CoxState& state, const CoxMaximum& maximum,
             const learning::Coefficients& found) {
  const auto df = static_cast<double>(cox.frame.columns);
  const double wald = found.estimates.dot(found.covariance.ldlt().solve(found.estimates));
  Json model{{"method", "cox"},
             {"formula", learning::ToText(cox.design.formula())},
             {"ties", cox.frame.efron ? "efron" : "breslow"},
             {"rows", state.rows},
             {"centre", learning::ToJson(state.centre)},
             {"baseline", BaselineOf(cox, state, maximum)},
             {"log_likelihood", {{"null", state.null_log}, {"fitted", maximum.at.log}}},
             {"likelihood_ratio", learning::ChiSquaredTest(2 * (maximum.at.log - state.null_log), df)},
             {"wald", learning::ChiSquaredTest(wald, df)},
             {"score", learning::ChiSquaredTest(state.null_score, df)},
             {"rounds", state.round}};
  if (!cox.weights.empty()) model["weights"] = cox.weights;
  learning::AddTo(model, found);
  return model;
}

std::vector<learning::Output> HazardColumns() {
  std::vector<learning::Output> columns = learning::CoefficientColumns();
  columns.insert(columns.begin() + 2, {"hazard_ratio", Type::kNumber});
  return columns;
}

learning::Fitted TableOf(const Cox& cox, const CoxState& state, const CoxMaximum& maximum) {
  const Eigen::VectorXd unscale = state.scale.cwiseInverse();
  const Eigen::VectorXd beta = maximum.beta.cwiseProduct(unscale);
  const Eigen::MatrixXd covariance = unscale.asDiagonal() * maximum.covariance * unscale.asDiagonal();
  const learning::Coefficients coefficients{
      .terms = cox.terms, .estimates = beta, .covariance = covariance, .df = {}, .level = cox.level};
  learning::Fitted fitted{
      .columns = HazardColumns(), .rows = learning::CoefficientRows(coefficients), .model = {}};
  for (Eigen::Index j = 0; j < beta.size(); ++j) {
    Row& row = fitted.rows[static_cast<std::size_t>(j)];
    row.insert(row.begin() + 2, learning::NumberOrNull(std::exp(beta[j])));
  }
  fitted.model = ModelOf(cox, state, maximum, coefficients);
  return fitted;
}

class CoxMethod final : public learning::ExactMethod {
 public:
  explicit CoxMethod(Cox cox) : cox_(std::move(cox)) {}

  std::vector<learning::Output> Outputs() const override { return HazardColumns(); }
  std::vector<std::string> Columns() const override { return cox_.design.Columns(); }
  Json Start() const override { return ToJson(CoxState{}); }

  Result<std::size_t> Length(const Json& json) const override {
    const CoxState state = TRY(ReadCoxState(json, cox_.frame));
    if (state.round == 0) return cox_.survey.length() + CountsOf(cox_.frame).length();
    return ShapeOf(state, cox_.frame).Length();
  }

  Result<learning::Sums> Add(const learning::Rows& rows, const Json& json) const override {
    const CoxState state = TRY(ReadCoxState(json, cox_.frame));
    const learning::Frame frame = cox_.design.Of(rows);
    if (state.round == 0) return CountTimes(cox_, rows, frame);
    return AddRows(cox_, frame, state);
  }

  Outcome<learning::Step> Next(const Json& json, std::span<const double> totals) const override {
    TRY(learning::CheckTotals(*this, json, totals));
    CoxState state = *ReadCoxState(json, cox_.frame);
    if (state.round == 0) return JoinTimes(cox_, totals);
    if (state.round == 1) TRY(CheckChanges(ShapeOf(state, cox_.frame), totals, LeastEvents(cox_)));
    const auto maximum = TRY(StepCox(&state, cox_.frame, totals, cox_.terms));
    const double log = maximum ? maximum->at.log : state.log;
    learning::Step step{.said = fmt::format("round {}: log partial likelihood {:.6g}", state.round - 1, log)};
    if (maximum)
      step.fitted = TableOf(cox_, state, *maximum);
    else
      step.state = ToJson(state);
    if (!maximum && !ReadCoxState(step.state, cox_.frame))
      return learning::RefuseState({.message = "the totals lead to no state"});
    return step;
  }

 private:
  Cox cox_;
};

Outcome<learning::Formula> FormulaOf(const learning::Call& call, const std::string& strata) {
  learning::Formula formula = TRY(learning::ParseFormula(call.formula));
  if (!strata.empty()) formula.strata.push_back(strata);
  formula.intercept = true;  // the baseline hazard is it
  if (formula.terms.empty())
    return Refuse("formula_syntax", "a Cox model needs a term", "name columns on the right side", "42601");
  if (formula.grouping)
    return Refuse("not_supported", "a Cox model has no random intercept", "write strata(column) instead");
  return formula;
}

}  // namespace

learning::Made MakeCox(const learning::Call& call, const learning::Schema& schema,
                       const learning::Rules& rules) {
  learning::Options options(call);
  const double resolution = TRY(options.Number("resolution", 1, 1e-9, 1e9));
  const std::string ties = TRY(options.Choice("ties", {"efron", "breslow"}));
  const std::string strata = TRY(options.Text("strata", ""));
  const std::string weights = TRY(options.Text("weights", ""));
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  const int max_rounds = TRY(options.Whole("max_rounds", 40, 3, 200));
  TRY(options.End());
  const learning::Formula formula = TRY(FormulaOf(call, strata));
  const EventTimes times = TRY(EventTimes::Of(formula, schema, resolution));
  const learning::Design design = TRY(learning::Design::Bind(formula, schema, weights));
  learning::Survey survey = TRY(learning::Survey::Make(design, schema, rules, weights));
  Cox cox{.design = design,
          .survey = std::move(survey),
          .times = times,
          .rules = rules,
          .weights = weights,
          .level = level};
  for (std::size_t j = 0; j < cox.design.terms().size(); ++j) {
    if (cox.design.assign()[j] == 0) continue;
    cox.columns.push_back(static_cast<Eigen::Index>(j));
    cox.terms.push_back(cox.design.terms()[j]);
  }
  cox.frame = {.columns = static_cast<Eigen::Index>(cox.columns.size()),
               .strata = std::max<std::size_t>(1, cox.design.strata().size()),
               .times = times.size(),
               .efron = ties == "efron",
               .weighted = !weights.empty(),
               .entries = formula.start.has_value(),
               .max_rounds = max_rounds};
  if (CountsOf(cox.frame).length() > kMostCoxSums)
    return Refuse("grid_too_fine",
                  fmt::format("{} strata of {} times each are too many", cox.frame.strata, times.size()),
                  "write a larger resolution", "22023");
  return std::make_unique<CoxMethod>(std::move(cox));
}

}  // namespace concordat::survival
