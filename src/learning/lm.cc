// Linear regression: the first round's sums are all that it needs.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/distribution.h"
#include "learning/methods.h"
#include "learning/normal_equations.h"
#include "learning/regression.h"

namespace concordat::learning {
namespace {

struct Squares {
  double residual = 0;
  double explained = 0;
};

class Lm : public RegressionMethod {
 public:
  Lm(Regression regression, double shift, double level)
      : RegressionMethod(std::move(regression)), shift_(shift), level_(level) {}

 private:
  const Design& design() const { return regression().sums.design(); }
  bool HasIntercept() const { return design().formula().intercept; }

  Outcome<Step> NextOf(GlmState, const GlmTotals& totals) const override {
    const GlmState state = TRY(FirstState(regression(), totals));
    const NormalEquations equations = Solve(totals.information, totals.score);
    if (!equations.solved) return RefuseCollinear(equations.dependent, design().terms());
    const Squares squares = SquaresOf(totals, equations.solved->solution);
    const double df = state.rows - static_cast<double>(design().terms().size());
    const double variance = squares.residual / df;
    const Eigen::MatrixXd unscale = design().Unscale();
    Eigen::VectorXd beta = equations.solved->solution;
    if (HasIntercept()) beta[0] += shift_;
    const Coefficients coefficients{
        .terms = design().terms(),
        .estimates = unscale * beta,
        .covariance = variance * (unscale * equations.solved->inverse * unscale.transpose()),
        .df = df,
        .level = level_};
    Json model = ModelOf(state, squares);
    AddTo(model, coefficients);
    return Step{.state = {},
                .said = fmt::format("{:.0f} rows", state.rows),
                .fitted = Fitted{CoefficientColumns(), CoefficientRows(coefficients), std::move(model)}};
  }

  // About the mean where there is an intercept, else about 0. Rounding may leave a perfect fit's below 0.
  Squares SquaresOf(const GlmTotals& totals, const Eigen::VectorXd& beta) const {
    const double fitted = beta.dot(totals.score);
    Squares squares{.residual = std::max(0.0, totals.square - fitted), .explained = fitted};
    if (HasIntercept()) squares.explained -= totals.score[0] * totals.score[0] / totals.weights;
    return squares;
  }

  Json ModelOf(const GlmState& state, const Squares& squares) const {
    const auto parameters = static_cast<double>(design().terms().size());
    const double intercept = HasIntercept() ? 1 : 0;
    const double df = state.rows - parameters, df_model = parameters - intercept;
    const double r_squared = squares.explained / (squares.explained + squares.residual);
    const double f = squares.explained / df_model / (squares.residual / df);
    const double sigma = std::sqrt(squares.residual / df);
    return {{"kind", "lm"},
            {"call", ToJson(regression().call)},
            {"columns", regression().columns},
            {"family", "gaussian"},
            {"link", "identity"},
            {"rows", state.rows},
            {"sigma", FiniteJson(sigma)},
            {"dispersion", FiniteJson(sigma * sigma)},
            {"deviance", squares.residual},
            {"df_residual", df},
            {"r_squared", FiniteJson(r_squared)},
            {"adjusted_r_squared", FiniteJson(1 - (1 - r_squared) * (state.rows - intercept) / df)},
            {"f_statistic", FiniteJson(f)},
            {"f_df", {df_model, df}},
            {"f_p_value", FiniteJson(FTail(f, df_model, df))},
            {"aic", FiniteJson(AicOf(regression().sums.family(), {squares.residual, state.log_terms,
                                                                  state.weights, state.rows, parameters}))}};
  }

  double shift_;
  double level_;
};

}  // namespace

Made MakeLm(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  Regression regression = TRY(BindRegression(call, schema, rules, {.family = {}, .shifts = true}, options));
  regression.max_rounds = 0;
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  TRY(options.End());
  const double shift = regression.sums.shift();
  return std::make_unique<Lm>(std::move(regression), shift, level);
}

}  // namespace concordat::learning
