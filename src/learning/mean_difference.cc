#include "learning/mean_difference.h"

#include <fmt/format.h>

#include <cmath>

#include "learning/around_means.h"
#include "learning/coefficients.h"
#include "learning/distribution.h"

namespace concordat::learning {
namespace {

// Of two columns of a row: the one test of their difference.
void Subtract(const std::string& column, Variable* variable) {
  Expr difference{.kind = Expr::Kind::kApply, .name = "-"};
  difference.of = {std::move(variable->of), {.kind = Expr::Kind::kColumn, .name = column}};
  variable->of = std::move(difference);
  variable->text = ToText(variable->of);
}

// "y ~ group" as a matrix of two indicators; "~ y" as one of ones.
Outcome<Formula> FormulaOf(const Call& call, const Schema& schema, const std::string& paired) {
  Formula formula = TRY(ParseFormula(call.formula));
  const bool one = formula.variables.size() == 1 && formula.terms.size() == 1 && IsPlain(formula);
  if (one && !formula.response && formula.variables[0].kind == Variable::Kind::kPlain &&
      !IsFactor(formula.variables[0], schema)) {
    formula.response = formula.variables[0];
    if (!paired.empty()) Subtract(paired, &*formula.response);
    formula.variables.clear();
    formula.terms.clear();
    formula.intercept = true;
    return formula;
  }
  if (!paired.empty())
    return RefuseFormula(call, "write ~ before with paired => 'after': the two are columns of one row");
  if (!one || !formula.response)
    return RefuseFormula(call, "write y ~ group, of two levels, or ~ y for one mean");
  formula.intercept = false;
  return formula;
}

}  // namespace

Outcome<TTestCall> BindTTest(const Call& call, const Schema& schema) {
  Options options(call);
  const double mu = TRY(options.Number("mu", 0, -1e300, 1e300));
  const std::string paired = TRY(options.Text("paired", ""));
  const bool pooled = TRY(options.Flag("equal_variances", false));
  const std::string alternative = TRY(options.Choice("alternative", {"two.sided", "less", "greater"}));
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.9999));
  TRY(options.End());
  Formula formula = TRY(FormulaOf(call, schema, paired));
  Design design = TRY(Design::Bind(formula, schema));
  const bool grouped = !formula.variables.empty();
  if (!design.response_levels().empty() ||
      (grouped && (!IsFactor(formula.variables[0], schema) || design.terms().size() != 2)))
    return RefuseFormula(call, "write y ~ group, where y is a number and the group has two levels");
  const Scale scale = ScaleOf(RangeOf(formula.response->of, schema), true);
  return TTestCall{.design = std::move(design),
                   .scale = scale,
                   .mu = mu,
                   .pooled = pooled,
                   .alternative = alternative,
                   .level = level};
}

std::vector<Output> TTestColumns() {
  return {{"term", Type::kText},         {"estimate", Type::kNumber}, {"standard_error", Type::kNumber},
          {"statistic", Type::kNumber},  {"df", Type::kNumber},       {"p_value", Type::kNumber},
          {"lower", Type::kNumber},      {"upper", Type::kNumber},    {"first_mean", Type::kNumber},
          {"second_mean", Type::kNumber}};
}

Fitted ShowTTest(const TTestCall& asked, const Eigen::VectorXd& centres, const TTestFound& found) {
  const double statistic = (found.estimate - asked.mu) / found.error;
  const bool both = asked.alternative == "two.sided";
  const bool less = asked.alternative == "less";
  const double tail = TTail(less ? -statistic : statistic, found.df);
  const double p = both ? TTwoSided(statistic, found.df) : tail;
  const double reach = found.error * TQuantile(both ? (1 + asked.level) / 2 : asked.level, found.df);
  const double lower = less ? -INFINITY : found.estimate - reach;
  const double upper = both || less ? found.estimate + reach : INFINITY;
  const bool two = asked.groups() == 2;
  Fitted fitted;
  fitted.columns = TTestColumns();
  const auto& terms = asked.design.terms();
  fitted.rows.push_back(
      {two ? fmt::format("{} - {}", terms[0], terms[1]) : asked.design.formula().response->text,
       found.estimate, found.error, statistic, found.df, p, NumberOrNull(lower), NumberOrNull(upper),
       centres[0], two ? Value(centres[1]) : Value(Null())});
  return fitted;
}

}  // namespace concordat::learning
