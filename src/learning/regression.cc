#include "learning/regression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/formula.h"
#include "learning/normal_equations.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

Outcome<void> NeedPlain(const Formula& formula) {
  if (!formula.response)
    return Refuse("response_missing", "the formula says nothing before ~",
                  "write what is to be explained: y ~ x", "42601");
  if (formula.status || !formula.strata.empty() || formula.grouping)
    return Refuse("formula_not_supported", "Surv, strata and random intercepts are of other methods",
                  "write cox for survival, mixed for a random intercept, or the column as a term", "0A000");
  return {};
}

// Of case weights times trials, where those are declared; nothing without either.
std::optional<Interval> WeightRange(const Formula& formula, const Schema& schema,
                                    const std::string& weights) {
  const auto column =
      weights.empty() ? Interval(1, 1) : RangeOf({.kind = Expr::Kind::kColumn, .name = weights}, schema);
  if (!formula.failures) return weights.empty() ? std::nullopt : column;
  Expr trials{.kind = Expr::Kind::kApply, .name = "+"};
  trials.of = {formula.response->of, *formula.failures};
  return Product(column, RangeOf(trials, schema));
}

Outcome<void> NeedBinomial(const Formula& formula, const Family& family) {
  if (!formula.failures || family.kind == Family::Kind::kBinomial) return {};
  return Refuse("formula_not_supported",
                fmt::format("cbind(successes, failures) is no response of {}", family.name()),
                "add family => 'binomial'", "0A000");
}

// How many rows, where so few may be said.
std::string Counted(double rows, const Rules& rules) {
  return rows < rules.minimum_cell ? fmt::format("fewer than {} rows", rules.minimum_cell)
                                   : fmt::format("{:.0f} rows", rows);
}

// Of the intercept alone, which without an offset fits the mean.
double NullLinear(const GlmSums& sums, const GlmTotals& totals) {
  const Formula& formula = sums.design().formula();
  if (!formula.intercept) return 0;
  if (!formula.offsets.empty()) return totals.null_score / totals.null_information;
  return LinearOf(sums.family().link, totals.response / totals.weights);
}

}  // namespace

Outcome<Regression> BindRegression(const Call& call, const Schema& schema, const Rules& rules,
                                   const FamilyChoice& choice, Options& options) {
  Formula formula = TRY(ParseFormula(call.formula));
  TRY(NeedPlain(formula));
  TRY(NeedBinomial(formula, choice.family));
  const std::string weights = TRY(options.Text("weights", ""));
  Design design = TRY(Design::Bind(std::move(formula), schema, weights));
  Survey survey = TRY(Survey::Make(design, schema, rules, weights));
  const double shift = choice.shifts && design.formula().intercept ? design.response_scale().centre : 0;
  Json columns = ToJson(schema, design.Columns());
  auto weight_range = WeightRange(design.formula(), schema, weights);
  return Regression{.call = call,
                    .columns = std::move(columns),
                    .rules = rules,
                    .sums = GlmSums({.design = std::move(design),
                                     .family = choice.family,
                                     .survey = std::move(survey),
                                     .weight_range = std::move(weight_range),
                                     .shift = shift})};
}

Outcome<Family> FamilyOf(Options& options) {
  const std::string family = TRY(options.Text("family", "gaussian"));
  const std::string link = TRY(options.Text("link", ""));
  const double theta = TRY(options.Number("theta", 0, 1e-6, 1e9));
  if (family == "negative_binomial" && theta == 0)
    return Refuse("theta_missing", "negative_binomial needs its theta", "add theta => 1.5", "22023");
  return FamilyNamed(family, link, theta);
}

Outcome<GlmState> FirstState(const Regression& regression, const GlmTotals& totals) {
  const GlmSums& sums = regression.sums;
  const Survey::Found found = TRY(sums.survey().Check(totals.survey));
  if (totals.outside > 0)
    return Refuse("response_out_of_range",
                  fmt::format("{} have a response that {} cannot have: it must be {}",
                              Counted(totals.outside, regression.rules), sums.family().name(),
                              Responses(sums.family())),
                  "write another family, or leave those rows out", "22023");
  GlmState state;
  state.round = 1;
  state.null_linear = NullLinear(sums, totals);
  if (!std::isfinite(state.null_linear) || !(totals.weights > 0))
    return Refuse("no_valid_start", "every row has the same response, at the end of what the family can have",
                  "explain another column", "22023");
  TRY(sums.survey().CheckResponse(totals.survey));
  state.deviance = totals.deviance;
  state.spread = found.spread;
  state.rows = found.rows;
  state.weights = totals.weights;
  state.log_terms = totals.log_terms;
  state.triangle = Triangle(totals.information);
  return state;
}

Result<std::size_t> RegressionMethod::Length(const Json& state) const {
  return regression_.sums.Length(TRY(Read(state)));
}

Result<Sums> RegressionMethod::Add(const Rows& rows, const Json& state) const {
  const GlmState read = TRY(Read(state));
  return regression_.sums.Add(rows, read);
}

Outcome<Step> RegressionMethod::Next(const Json& state, std::span<const double> totals) const {
  auto read = Read(state);
  if (!read) return RefuseState(read.error());
  TRY(CheckTotals(totals, regression_.sums.Length(*read)));
  return NextOf(*read, regression_.sums.Read(*read, totals));
}

Result<GlmState> RegressionMethod::Read(const Json& state) const {
  return ReadGlmState(state, regression_.sums.columns(), regression_.max_rounds);
}

}  // namespace concordat::learning
