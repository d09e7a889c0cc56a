// A linear model with a random intercept for the site, by restricted or full maximum likelihood. The first
// round adds up products of columns; each round tries a ratio of the intercept's variance to the residual's,
// until the deviance's slope is none. Argument and source: mixed_profile.h.
#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "learning/coefficient_table.h"
#include "learning/coefficients.h"
#include "learning/design.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/mixed_profile.h"
#include "learning/options.h"
#include "learning/packing.h"
#include "learning/state.h"
#include "learning/survey.h"

namespace concordat::learning {
namespace {

constexpr double kFirstRatio = 0.1;
constexpr double kLargestRatio = 1e8;
constexpr double kSmallestRatio = 1e-12;
constexpr double kRatioStill = 1e-10;  // a step of the ratio's logarithm
constexpr double kLongestRatioStep = 3;
constexpr double kPerfect = 1e-13;  // of the response's squares, what is rounding
constexpr Bounds kSums{-1e15, 1e15};

struct Mixed {
  Design design;
  Survey survey;
  Rules rules;
  bool reml = true;
  double level = 0.95;
  int max_rounds = 50;

  Eigen::Index columns() const { return static_cast<Eigen::Index>(design.terms().size()) + 1; }
};

struct MixedState {
  int round = 0;  // 0 surveys, 1 is at the ratio 0
  double ratio = 0;
  double low = 0;               // a ratio at which the deviance still falls
  double high = kLargestRatio;  // one at which it rises, or the largest there is
  double rows = 0;
  double groups = 0;
  Eigen::MatrixXd moments;
};

Json StateJson(const MixedState& state) {
  if (state.round < 2) return Json{{"round", state.round}};
  return Json{{"round", state.round},
              {"ratio", state.ratio},
              {"low", state.low},
              {"high", state.high},
              {"rows", state.rows},
              {"groups", state.groups},
              {"moments", ToJson(Triangle(state.moments))}};
}

Result<MixedState> ReadState(const Mixed& mixed, const Json& json) {
  MixedState state;
  state.round = static_cast<int>(TRY(WholeOf(json, "round", {0, static_cast<double>(mixed.max_rounds)})));
  if (state.round < 2) return state;
  state.ratio = TRY(NumberOf(json, "ratio", {0, kLargestRatio}));
  state.low = TRY(NumberOf(json, "low", {0, kLargestRatio}));
  state.high = TRY(NumberOf(json, "high", {0, kLargestRatio}));
  state.rows = TRY(NumberOf(json, "rows", {0, 1e12}));
  state.groups = TRY(NumberOf(json, "groups", {0, 1e12}));
  const Eigen::VectorXd triangle = TRY(VectorOf(json, "moments", TriangleSize(mixed.columns()), kSums));
  state.moments = FromTriangle(triangle, mixed.columns());
  return state;
}

// Scaled columns, the response last.
Eigen::MatrixXd ColumnsOf(const Mixed& mixed, const Frame& frame) {
  Eigen::MatrixXd z(frame.size(), mixed.columns());
  const Scale scale = mixed.design.response_scale();
  z.leftCols(mixed.columns() - 1) = mixed.design.Scaled(frame.x);
  z.col(mixed.columns() - 1) = (frame.y.array() - scale.centre) / scale.half;
  return z;
}

std::vector<GroupSums> GroupsOf(const Mixed& mixed, const Frame& frame, const Eigen::MatrixXd& z) {
  std::vector<GroupSums> groups(mixed.design.groups().size(), {.columns = Eigen::VectorXd::Zero(z.cols())});
  for (Eigen::Index row = 0; row < z.rows(); ++row) {
    GroupSums& group = groups[frame.group[static_cast<std::size_t>(row)]];
    group.rows += 1;
    group.columns += z.row(row);
  }
  std::erase_if(groups, [](const GroupSums& group) { return group.rows == 0; });
  return groups;
}

std::size_t LengthOf(const Mixed& mixed, int round) {
  const auto triangle = static_cast<std::size_t>(TriangleSize(mixed.columns()));
  if (round == 0) return mixed.survey.length();
  return 3 * triangle + 3 + (round == 1 ? triangle + 2 : 0);
}

Sums AddUp(const Mixed& mixed, const MixedState& state, const Frame& frame) {
  const Eigen::MatrixXd z = ColumnsOf(mixed, frame);
  const std::vector<GroupSums> groups = GroupsOf(mixed, frame, z);
  RatioSums ratio = RatioSums::Zero(z.cols());
  for (const GroupSums& group : groups) ratio.Add(group, state.ratio);
  Sums sums;
  sums.effective_rows = static_cast<double>(frame.size());
  Put(sums.numbers, Triangle(ratio.outer));
  Put(sums.numbers, Triangle(ratio.outer_first));
  Put(sums.numbers, Triangle(ratio.outer_second));
  Put(sums.numbers, Eigen::Vector3d(ratio.log, ratio.log_first, ratio.log_second));
  if (state.round > 1) return sums;
  Put(sums.numbers, Eigen::Vector2d(sums.effective_rows, static_cast<double>(groups.size())));
  Put(sums.numbers, Triangle(z.transpose() * z));
  return sums;
}

RatioSums TakeRatio(Taker* taker, Eigen::Index columns) {
  RatioSums sums;
  const auto matrix = [&] { return FromTriangle(taker->Vector(TriangleSize(columns)), columns); };
  sums.outer = matrix();
  sums.outer_first = matrix();
  sums.outer_second = matrix();
  sums.log = taker->Number();
  sums.log_first = taker->Number();
  sums.log_second = taker->Number();
  return sums;
}

// Newton's step of the ratio's logarithm, kept between ratios where the slope's sign is known.
double StepOf(const Profile& profile, MixedState* state) {
  const double ratio = state->ratio;
  (profile.first < 0 ? state->low : state->high) = ratio;
  const double slope = ratio * profile.first;
  const double curve = slope + ratio * ratio * profile.second;
  double step = curve > 0 ? -slope / curve : (slope < 0 ? kLongestRatioStep : -kLongestRatioStep);
  step = std::clamp(step, -kLongestRatioStep, kLongestRatioStep);
  const double next = ratio * std::exp(step);
  if (next > state->low && next < state->high) return step;
  return (std::log(std::max(state->low, kSmallestRatio)) + std::log(state->high)) / 2 - std::log(ratio);
}

struct Variances {
  double residual = 0;  // sigma^2
  double site = 0;
  double criterion = 0;  // twice the negative log likelihood, restricted for REML
};

Variances VariancesOf(const Mixed& mixed, const MixedState& state, const Profile& profile, double log) {
  const double half = mixed.design.response_scale().half;
  const double df = state.rows - (mixed.reml ? static_cast<double>(mixed.columns() - 1) : 0);
  Variances variances;
  variances.residual = profile.squares * half * half / df;
  variances.site = state.ratio * variances.residual;
  variances.criterion = log + df * (1 + std::log(2 * std::numbers::pi * variances.residual));
  if (mixed.reml)
    variances.criterion +=
        profile.log_determinant - 2 * std::log(std::abs(mixed.design.Unscale().determinant()));
  return variances;
}

Fitted TableOf(const Mixed& mixed, const MixedState& state, const Profile& profile, double log) {
  const Variances variances = VariancesOf(mixed, state, profile, log);
  const Scale scale = mixed.design.response_scale();
  const Eigen::MatrixXd unscale = mixed.design.Unscale();
  Coefficients found{.terms = mixed.design.terms(), .level = mixed.level};
  found.estimates = scale.half * (unscale * profile.coefficients);
  if (mixed.design.formula().intercept) found.estimates[0] += scale.centre;
  found.covariance = variances.residual * (unscale * profile.inverse * unscale.transpose());
  Fitted fitted{.columns = CoefficientColumns(), .rows = CoefficientRows(found), .model = {}};
  for (const auto& [name, variance] :
       {std::pair{"sd(site)", variances.site}, std::pair{"sd(residual)", variances.residual}})
    fitted.rows.push_back({name, std::sqrt(variance), Null{}, Null{}, Null{}, Null{}, Null{}});
  fitted.model = {{"method", "mixed"},
                  {"formula", ToText(mixed.design.formula())},
                  {"reml", mixed.reml},
                  {"rows", state.rows},
                  {"groups", state.groups},
                  {"sd_site", std::sqrt(variances.site)},
                  {"sd_residual", std::sqrt(variances.residual)},
                  {"criterion", variances.criterion},
                  {"rounds", state.round + 1}};
  AddTo(fitted.model, found);
  return fitted;
}

Outcome<void> TakeMoments(const Mixed& mixed, Taker* taker, MixedState* state) {
  state->rows = std::round(taker->Number());
  state->groups = std::round(taker->Number());
  state->moments = FromTriangle(taker->Vector(TriangleSize(mixed.columns())), mixed.columns());
  TRY(CheckSize(mixed.rules, state->rows, static_cast<double>(mixed.columns() - 1) + 2));
  if (state->groups < 2)
    return Refuse("groups_needed", "rows of one site only count", "leave (1 | site()) out, and ask for lm",
                  "22023");
  return {};
}

Outcome<Step> Continue(const Mixed& mixed, MixedState state, std::span<const double> totals) {
  Taker taker(totals);
  const RatioSums sums = TakeRatio(&taker, mixed.columns());
  if (state.round == 1) TRY(TakeMoments(mixed, &taker, &state));
  const ProfileOutcome outcome = ProfileAt(state.moments, sums, state.rows, mixed.reml);
  if (!outcome.profile) return RefuseCollinear(outcome.dependent, mixed.design.terms());
  const Profile& profile = *outcome.profile;
  if (!(profile.squares > kPerfect * state.moments.diagonal().tail(1)[0]) || !std::isfinite(profile.first) ||
      !std::isfinite(profile.second))
    return Refuse("saturated", "the terms predict the response exactly", "leave out terms", "22023");
  Step step{.said = fmt::format("round {}: ratio of variances {:.6g}", state.round + 1, state.ratio)};
  // At none, a deviance that rises says that sites do not differ.
  if (state.round == 1 && profile.first < 0) {
    state.ratio = kFirstRatio;
  } else {
    const double change = state.round == 1 ? 0 : StepOf(profile, &state);
    if (std::abs(change) < kRatioStill) {
      step.fitted = TableOf(mixed, state, profile, sums.log);
      return step;
    }
    state.ratio *= std::exp(change);
  }
  if (++state.round > mixed.max_rounds || !(state.ratio < kLargestRatio / 2))
    return Refuse("not_converged", fmt::format("there is no ratio of variances after {} rounds", state.round),
                  "ask for lm, with sites as a term", "22023");
  step.state = StateJson(state);
  if (!ReadState(mixed, step.state)) return RefuseState({.message = "the totals lead to no state"});
  return step;
}

class MixedMethod final : public ExactMethod {
 public:
  explicit MixedMethod(Mixed mixed) : mixed_(std::move(mixed)) {}

  std::vector<Output> Outputs() const override { return CoefficientColumns(); }
  std::vector<std::string> Columns() const override { return mixed_.design.Columns(); }
  Json Start() const override { return StateJson(MixedState{}); }

  Result<std::size_t> Length(const Json& json) const override {
    const MixedState state = TRY(ReadState(mixed_, json));
    return LengthOf(mixed_, state.round);
  }

  Result<Sums> Add(const Rows& rows, const Json& json) const override {
    const MixedState state = TRY(ReadState(mixed_, json));
    const Frame frame = mixed_.design.Of(rows);
    Sums sums;
    if (state.round == 0) {
      mixed_.survey.Add(rows, frame, mixed_.design.Scaled(frame.x), sums.numbers);
      sums.effective_rows = static_cast<double>(frame.size());
    } else {
      sums = AddUp(mixed_, state, frame);
    }
    for (const double number : sums.numbers)
      if (!(std::abs(number) < kSums.high))
        return Fail(ErrorCode::kResourceExhausted, "a column left what a sum can hold",
                    "declare the columns' ranges");
    return sums;
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals) const override {
    auto state = ReadState(mixed_, json);
    if (!state) return RefuseState(state.error());
    TRY(CheckTotals(totals, LengthOf(mixed_, state->round)));
    if (state->round > 0) return Continue(mixed_, *std::move(state), totals);
    const auto found = TRY(mixed_.survey.Check(totals));
    TRY(mixed_.survey.CheckResponse(totals));
    return Step{.state = Json{{"round", 1}}, .said = fmt::format("{:.0f} rows surveyed", found.rows)};
  }

 private:
  Mixed mixed_;
};

Outcome<Formula> MixedFormulaOf(const Call& call, const std::string& random) {
  Formula formula = TRY(ParseFormula(call.formula));
  if (random == "site") formula.grouping = std::string(kSite);
  if (!formula.grouping || *formula.grouping != kSite)
    return Refuse("random_site", "a mixed model has a random intercept for the site, and no other",
                  "write y ~ x + (1 | site())", "42601");
  if (!formula.response || formula.status || !formula.strata.empty() || !formula.offsets.empty())
    return Refuse("formula_syntax", "a mixed model is y ~ terms + (1 | site())",
                  "leave out offset, strata and Surv", "42601");
  if (formula.terms.empty() && !formula.intercept)
    return Refuse("formula_syntax", "a mixed model needs a term", "leave the intercept in", "42601");
  return formula;
}

}  // namespace

Made MakeMixed(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const bool reml = TRY(options.Flag("reml", true));
  const std::string random = TRY(options.Choice("random", {"", "site"}));
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  const int max_rounds = TRY(options.Whole("max_rounds", 50, 3, 200));
  TRY(options.End());
  const Formula formula = TRY(MixedFormulaOf(call, random));
  const Design design = TRY(Design::Bind(formula, schema));
  Survey survey = TRY(Survey::Make(design, schema, rules, {}));
  Mixed mixed{.design = design, .survey = std::move(survey), .rules = rules, .reml = reml, .level = level};
  mixed.max_rounds = max_rounds;
  if (!mixed.design.response_levels().empty())
    return Refuse("column_not_number", "the response of a mixed model is a number",
                  "name a column of numbers", "42804");
  return std::make_unique<MixedMethod>(std::move(mixed));
}

}  // namespace concordat::learning
