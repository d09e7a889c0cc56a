// Generalised linear models by iteratively reweighted least squares, a round an iteration. Start, step and
// when to stop are those of R's glm with epsilon = 1e-14, so that fits agree with it to the last digits.
// Argument: glm.proof.md.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/methods.h"
#include "learning/normal_equations.h"
#include "learning/packing.h"
#include "learning/regression.h"

namespace concordat::learning {
namespace {

using Eigen::VectorXd;

// Of the deviance's relative change. The last round that there may be is content with R's default.
constexpr double kConverged = 1e-14, kNearlyConverged = 1e-8;
// A variance that grew so much since the start has no end: the rows it rests on have all but lost their
// weight, which is what separation does.
constexpr double kSeparatedVariance = 1e6;

struct GlmOptions {
  double level = 0.95;
  double ridge = 0;
  bool estimates_dispersion = false;
};

class Glm : public RegressionMethod {
 public:
  Glm(Regression regression, const GlmOptions& options)
      : RegressionMethod(std::move(regression)), options_(options) {}

 private:
  const GlmSums& sums() const { return regression().sums; }
  const std::vector<std::string>& terms() const { return sums().design().terms(); }

  Outcome<Step> NextOf(GlmState state, const GlmTotals& totals) const override {
    if (state.round == 0) return First(totals);
    if (totals.invalid > 0) return Halve(std::move(state), "left the family's range");
    const double deviance = Penalised(state, totals.deviance);
    const double change = (deviance - state.deviance) / (0.1 + std::abs(deviance));
    const bool last = state.round == regression().max_rounds;
    if (std::abs(change) < (last ? kNearlyConverged : kConverged)) return Finish(state, totals);
    if (change > kNearlyConverged && state.before.size() > 0) return Halve(std::move(state), "overshot");
    return Improve(std::move(state), totals, deviance);
  }

  // What the penalty adds to X'WX's diagonal; none to the intercept's.
  VectorXd Penalty(const GlmState& state) const {
    return options_.ridge * state.weights * state.spread.cwiseAbs2();
  }

  double Penalised(const GlmState& state, double deviance) const {
    return deviance + Penalty(state).dot(state.beta.cwiseAbs2());
  }

  NormalEquations SolveAt(const GlmState& state, const GlmTotals& totals) const {
    Eigen::MatrixXd information = totals.information;
    information.diagonal() += Penalty(state);
    return Solve(information, totals.score);
  }

  Outcome<Step> First(const GlmTotals& totals) const {
    GlmState state = TRY(FirstState(regression(), totals));
    const NormalEquations equations = SolveAt(state, totals);
    if (!equations.solved) return RefuseCollinear(equations.dependent, terms());
    state.beta = equations.solved->solution;
    state.variances = equations.solved->inverse.diagonal();
    return Go(state, fmt::format("round 0: {:.0f} rows", state.rows));
  }

  // On to a state, if it is one that members take.
  Outcome<Step> Go(const GlmState& state, std::string said) const {
    Json json = ToJson(state);
    if (ReadGlmState(json, sums().columns(), regression().max_rounds))
      return Step{.state = std::move(json), .said = std::move(said), .fitted = {}};
    return Refuse("not_converged", "the fit runs beyond all bounds",
                  "add ridge => 0.01, which penalises large coefficients, or leave out terms", "22023");
  }

  // Back by half towards the fit before, or the intercept's own.
  Outcome<Step> Halve(GlmState state, std::string_view why) const {
    if (state.round == regression().max_rounds) return NotConverged();
    VectorXd back = state.before;
    if (back.size() == 0) {
      back = VectorXd::Zero(sums().columns());
      if (sums().design().formula().intercept) back[0] = state.null_linear;
    }
    state.beta = (state.beta + back) / 2;
    ++state.round;
    return Go(state, fmt::format("round {}: {}, half the step", state.round - 1, why));
  }

  Outcome<Step> Improve(GlmState state, const GlmTotals& totals, double deviance) const {
    const NormalEquations equations = SolveAt(state, totals);
    TRY(CheckSeparation(state, equations));
    if (!equations.solved) return RefuseCollinear(equations.dependent, terms());
    if (state.round == regression().max_rounds) return NotConverged();
    const Formula& formula = sums().design().formula();
    if (formula.intercept && !formula.offsets.empty())
      state.null_linear = totals.null_score / totals.null_information;
    state.before = state.beta;
    state.beta = equations.solved->solution;
    state.triangle = Triangle(totals.information);
    state.deviance = deviance;
    ++state.round;
    return Go(state, fmt::format("round {}: deviance {:.6g}", state.round - 1, totals.deviance));
  }

  // Of responses that a family can have at the end of its means.
  Outcome<void> CheckSeparation(const GlmState& state, const NormalEquations& equations) const {
    using Kind = Family::Kind;
    const Kind kind = sums().family().kind;
    if (kind != Kind::kBinomial && kind != Kind::kPoisson && kind != Kind::kNegativeBinomial) return {};
    Eigen::Index worst = equations.dependent.column;
    if (equations.solved &&
        equations.solved->inverse.diagonal().cwiseQuotient(state.variances).maxCoeff(&worst) <
            kSeparatedVariance)
      return {};
    if (!equations.solved && state.round < 2) return {};
    return Refuse(
        "separated",
        fmt::format("{} tells the response apart without a miss, so that its coefficient has no end",
                    terms()[static_cast<std::size_t>(worst)]),
        "add ridge => 0.01, which penalises large coefficients, or leave the term out", "22023");
  }

  Outcome<Step> NotConverged() const {
    return Refuse("not_converged",
                  fmt::format("the fit still moves after {} rounds", regression().max_rounds),
                  "allow more with max_rounds => 50, or leave out terms", "22023");
  }

  // Covariances are by the weights that led to the last coefficients, as R's are.
  Outcome<Step> Finish(const GlmState& state, const GlmTotals& totals) const {
    const Eigen::MatrixXd information = FromTriangle(state.triangle, sums().columns());
    GlmTotals before = totals;
    before.information = information;
    const NormalEquations equations = SolveAt(state, before);
    if (!equations.solved) return RefuseCollinear(equations.dependent, terms());
    const Eigen::MatrixXd& inverse = equations.solved->inverse;
    const Eigen::MatrixXd covariance =
        options_.ridge > 0 ? Eigen::MatrixXd(inverse * information * inverse) : inverse;
    const Eigen::MatrixXd unscale = sums().design().Unscale();
    const double df = state.rows - static_cast<double>(terms().size());
    const double dispersion = options_.estimates_dispersion ? totals.pearson / df : 1;
    const Coefficients coefficients{.terms = terms(),
                                    .estimates = unscale * state.beta,
                                    .covariance = dispersion * (unscale * covariance * unscale.transpose()),
                                    .df = options_.estimates_dispersion ? std::optional(df) : std::nullopt,
                                    .level = options_.level};
    Json model = ModelOf(state, totals, dispersion);
    AddTo(model, coefficients);
    return Step{.state = {},
                .said = fmt::format("round {}: deviance {:.6g}, converged", state.round, totals.deviance),
                .fitted = Fitted{CoefficientColumns(), CoefficientRows(coefficients), std::move(model)}};
  }

  Json ModelOf(const GlmState& state, const GlmTotals& totals, double dispersion) const {
    const Family& family = sums().family();
    const auto parameters = static_cast<double>(terms().size());
    const double intercept = sums().design().formula().intercept ? 1 : 0;
    Json model{{"kind", "glm"},
               {"call", ToJson(regression().call)},
               {"columns", regression().columns},
               {"response_levels", sums().design().response_levels()},
               {"family", family.name()},
               {"link", Name(family.link)},
               {"rows", state.rows},
               {"rounds", state.round},
               {"ridge", options_.ridge},
               {"dispersion", FiniteJson(dispersion)},
               {"deviance", FiniteJson(totals.deviance)},
               {"df_residual", state.rows - parameters},
               {"null_deviance", FiniteJson(totals.null_deviance)},
               {"df_null", state.rows - intercept}};
    if (family.kind == Family::Kind::kNegativeBinomial) model["theta"] = family.theta;
    if (options_.ridge == 0)
      model["aic"] = FiniteJson(
          AicOf(family, {totals.deviance, state.log_terms, state.weights, state.rows, parameters}));
    return model;
  }

  GlmOptions options_;
};

}  // namespace

Made MakeGlm(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const Family family = TRY(FamilyOf(options));
  Regression regression = TRY(BindRegression(call, schema, rules, {family, false}, options));
  regression.max_rounds = TRY(options.Whole("max_rounds", 25, 1, 200));
  GlmOptions own;
  own.level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  own.ridge = TRY(options.Number("ridge", 0, 0, 1e9));
  const std::string dispersion = TRY(options.Choice("dispersion", {"family", "estimated", "one"}));
  own.estimates_dispersion =
      dispersion == "estimated" || (dispersion == "family" && family.estimates_dispersion());
  TRY(options.End());
  return std::make_unique<Glm>(std::move(regression), own);
}

}  // namespace concordat::learning
