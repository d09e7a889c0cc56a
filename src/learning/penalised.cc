// Ridge, lasso and elastic net. Gaussian fits need the first round's moments alone, whatever the penalties;
// other families take rounds of reweighted least squares for each penalty, the next from where the last
// ended. Standard errors are not defined after a lasso's choice: there are some of ridges alone.
// Sources: Friedman, Hastie, Tibshirani (2010), sections 2 and 3; as there, the penalty is on coefficients of
// columns with unit standard deviation (by n), and the loss is half the deviance by the sum of weights. Hoerl
// and Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal Problems" (1970), for a ridge's errors;
// le Cessie and van Houwelingen, "Ridge Estimators in Logistic Regression" (1992).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "learning/coordinate_descent.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/normal_equations.h"
#include "learning/regression.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::VectorXd;

// Of coefficients, in standard deviations of their columns, from one round to the next.
constexpr double kDescentDone = 1e-10;
constexpr std::size_t kMostLambdas = 100;
constexpr double kLargestError = 1e100;  // that a state holds
// The last of a path, as a share of the first: glmnet's, for more rows than columns.
constexpr double kPathEnd = 1e-4;

// What a call says of its penalties.
struct Path {
  double alpha = 1;
  std::vector<double> lambdas;  // falling; or else
  int length = 0;               // this many, from the largest that keeps any column
  double level = 0.95;          // of a ridge's intervals

  bool ridge() const { return alpha == 0; }
};

class PenalisedMethod : public RegressionMethod {
 public:
  PenalisedMethod(Regression regression, double shift, Path path)
      : RegressionMethod(std::move(regression)), shift_(shift), path_(std::move(path)) {}

  std::vector<Output> Outputs() const override {
    std::vector<Output> outputs = CoefficientColumns();
    outputs.insert(outputs.begin(), {"lambda", Type::kNumber});
    return outputs;
  }

 private:
  const Design& design() const { return regression().sums.design(); }
  bool HasIntercept() const { return design().formula().intercept; }
  bool IsExact() const {
    const Family& family = regression().sums.family();
    return family.kind == Family::Kind::kGaussian && family.link == Link::kIdentity;
  }

  Outcome<Step> NextOf(GlmState state, const GlmTotals& totals) const override {
    if (state.round == 0) return First(totals);
    if (totals.invalid > 0) return Halve(std::move(state));
    const auto path = ReadPath(state.path);
    if (!path) return RefuseState(path.error());
    return Improve(std::move(state), totals, *path);
  }

  // What was found before this round, each by its lambda; and lambdas that are left, falling.
  struct Found {
    double lambda = 0;
    VectorXd beta;    // of scaled columns
    VectorXd errors;  // of a ridge: standard errors, of the columns themselves; else empty
  };
  struct Walked {
    std::vector<Found> found;
    std::vector<double> left;
  };

  Outcome<Step> First(const GlmTotals& totals) const {
    GlmState state = TRY(FirstState(regression(), totals));
    VectorXd start = VectorXd::Zero(regression().sums.columns());
    if (HasIntercept()) start[0] = IsExact() ? totals.score[0] / totals.information(0, 0) : state.null_linear;
    if (IsExact()) return Exact(state, totals, start);
    state.beta = start;
    state.before = VectorXd();
    state.variances = VectorXd::Zero(start.size());
    state.path = PathJson(Walked{.found = {}, .left = path_.lambdas});
    return Step{
        .state = ToJson(state), .said = fmt::format("round 0: {:.0f} rows", state.rows), .fitted = {}};
  }

  // All penalties from one round's moments.
  Outcome<Step> Exact(const GlmState& state, const GlmTotals& totals, VectorXd start) const {
    const Eigen::MatrixXd a = totals.information / totals.weights;
    const VectorXd c = totals.score / totals.weights;
    const VectorXd spread = SpreadOf(a);
    const Penalised problem{a, c, spread};
    Walked walked;
    walked.left =
        path_.lambdas.empty() ? LambdasFrom(LargestLambda(problem, path_.alpha, start)) : path_.lambdas;
    for (const double lambda : walked.left) {
      start = Descend(problem, {lambda, path_.alpha}, std::move(start));
      const double residual =
          totals.square - 2 * start.dot(totals.score) + start.dot(totals.information * start);
      walked.found.push_back(TRY(FoundAt({lambda, start, {}}, state, totals, {spread, residual})));
    }
    return Finish(state, walked);
  }

  // Standard deviations by the weights themselves, where the moments have them.
  VectorXd SpreadOf(const Eigen::MatrixXd& a) const {
    VectorXd spread = a.diagonal();
    if (HasIntercept()) {
      spread -= a.col(0).cwiseAbs2();
      spread[0] = 0;
    }
    return spread.cwiseMax(0).cwiseSqrt();
  }

  struct Penalty {
    const VectorXd& spread;
    double residual = 0;  // sum of squares, by weights
  };

  // With a ridge's standard errors: the variance of (X'WX + P)^-1 X'Wz, where z varies by phi / W.
  Outcome<Found> FoundAt(Found found, const GlmState& state, const GlmTotals& totals,
                         const Penalty& penalty) const {
    if (!path_.ridge()) return found;
    Eigen::MatrixXd penalised = totals.information;
    penalised.diagonal() += found.lambda * totals.weights * penalty.spread.cwiseAbs2();
    const NormalEquations equations = Solve(penalised, totals.score);
    if (!equations.solved) return RefuseCollinear(equations.dependent, design().terms());
    const Eigen::MatrixXd back = design().Unscale() * equations.solved->inverse;
    const double dispersion =
        regression().sums.family().estimates_dispersion() ? penalty.residual / Free(state) : 1;
    found.errors =
        (dispersion * (back * totals.information * back.transpose()).diagonal()).cwiseMax(0).cwiseSqrt();
    if (!(found.errors.maxCoeff() < kLargestError))
      return Refuse("not_converged", "the fit runs beyond all bounds", "write a larger lambda", "22023");
    return found;
  }

  double Free(const GlmState& state) const {
    return state.rows - static_cast<double>(design().terms().size());
  }

  Outcome<Step> Improve(GlmState state, const GlmTotals& totals, Walked walked) const {
    const Eigen::MatrixXd a = totals.information / totals.weights;
    const VectorXd c = totals.score / totals.weights;
    const Penalised problem{a, c, state.spread};
    if (walked.left.empty()) walked.left = LambdasFrom(LargestLambda(problem, path_.alpha, state.beta));
    const double lambda = walked.left.front();
    const VectorXd next = Descend(problem, {lambda, path_.alpha}, state.beta);
    const double moved = (next - state.beta).cwiseAbs().maxCoeff();
    std::string said =
        fmt::format("round {}: lambda {:.4g}, deviance {:.6g}", state.round, lambda, totals.deviance);
    if (moved <= kDescentDone * std::max(1.0, next.cwiseAbs().maxCoeff())) {
      walked.found.push_back(TRY(FoundAt({lambda, next, {}}, state, totals, {state.spread, totals.pearson})));
      walked.left.erase(walked.left.begin());
      if (walked.left.empty()) return Finish(state, walked);
    }
    if (state.round == regression().max_rounds) return NotConverged();
    state.before = state.beta;
    state.beta = next;
    ++state.round;
    state.path = PathJson(walked);
    return Step{.state = ToJson(state), .said = std::move(said), .fitted = {}};
  }

  Outcome<Step> Halve(GlmState state) const {
    if (state.round == regression().max_rounds) return NotConverged();
    VectorXd back = state.before;
    if (back.size() == 0) {
      back = VectorXd::Zero(state.beta.size());
      if (HasIntercept()) back[0] = state.null_linear;
    }
    state.beta = (state.beta + back) / 2;
    ++state.round;
    return Step{.state = ToJson(state), .said = "half the step", .fitted = {}};
  }

  Outcome<Step> NotConverged() const {
    return Refuse("not_converged",
                  fmt::format("the fit still moves after {} rounds", regression().max_rounds),
                  "allow more with max_rounds => 400, or write fewer or larger lambdas", "22023");
  }

  std::vector<double> LambdasFrom(double largest) const {
    std::vector<double> lambdas;
    for (int i = 0; i < path_.length; ++i)
      lambdas.push_back(largest * std::pow(kPathEnd, path_.length == 1 ? 0 : i / (path_.length - 1.0)));
    return lambdas;
  }

  static Json PathJson(const Walked& walked) {
    Json found = Json::array();
    for (const Found& each : walked.found) {
      found.push_back({{"lambda", each.lambda}, {"beta", ToJson(each.beta)}});
      if (each.errors.size() > 0) found.back()["errors"] = ToJson(each.errors);
    }
    return {{"found", found}, {"left", walked.left}};
  }

  Result<Walked> ReadPath(const Json& json) const {
    constexpr Bounds kAny{-1e100, 1e100};
    Walked walked;
    const bool shaped = json.is_object() && json.contains("found") && json["found"].is_array() &&
                        json.contains("left") && json["left"].is_array() &&
                        json["left"].size() + json["found"].size() <= kMostLambdas;
    if (!shaped) return Fail(ErrorCode::kInvalidArgument, "path of the state is no path");
    for (const Json& each : json["found"]) {
      const double lambda = TRY(NumberOf(each, "lambda", {0, kAny.high}));
      Found found{.lambda = lambda};
      found.beta = TRY(VectorOf(each, "beta", regression().sums.columns(), kAny));
      if (path_.ridge()) found.errors = TRY(VectorOf(each, "errors", regression().sums.columns(), kAny));
      walked.found.push_back(std::move(found));
    }
    const VectorXd left =
        TRY(VectorOf(json, "left", static_cast<Eigen::Index>(json["left"].size()), {0, kAny.high}));
    walked.left.assign(left.begin(), left.end());
    return walked;
  }

  Outcome<Step> Finish(const GlmState& state, const Walked& walked) const {
    const Eigen::MatrixXd unscale = design().Unscale();
    Fitted fitted;
    fitted.columns = Outputs();
    Json path = Json::array();
    for (const Found& each : walked.found) {
      VectorXd beta = each.beta;
      if (HasIntercept()) beta[0] += shift_;
      const VectorXd estimates = unscale * beta;
      path.push_back({{"lambda", each.lambda}, {"coefficients", ToJson(estimates)}});
      if (path_.ridge()) path.back()["standard_errors"] = ToJson(each.errors);
      for (Row& row : RowsOf(state, estimates, each.errors)) {
        row.insert(row.begin(), each.lambda);
        fitted.rows.push_back(std::move(row));
      }
    }
    fitted.model = {{"kind", "penalised"},
                    {"call", ToJson(regression().call)},
                    {"columns", regression().columns},
                    {"response_levels", design().response_levels()},
                    {"family", regression().sums.family().name()},
                    {"link", Name(regression().sums.family().link)},
                    {"alpha", path_.alpha},
                    {"rows", state.rows},
                    {"terms", design().terms()},
                    {"path", path}};
    return Step{
        .state = {}, .said = fmt::format("{} penalties", walked.found.size()), .fitted = std::move(fitted)};
  }

  // Without errors the rest of a row is NULL.
  std::vector<Row> RowsOf(const GlmState& state, const VectorXd& estimates, const VectorXd& errors) const {
    if (path_.ridge()) {
      const bool estimated = regression().sums.family().estimates_dispersion();
      return CoefficientRows({.terms = design().terms(),
                              .estimates = estimates,
                              .covariance = errors.cwiseAbs2().asDiagonal(),
                              .df = estimated ? std::optional(Free(state)) : std::nullopt,
                              .level = path_.level});
    }
    std::vector<Row> rows;
    for (std::size_t i = 0; i < design().terms().size(); ++i) {
      rows.push_back({design().terms()[i], estimates[static_cast<Eigen::Index>(i)]});
      rows.back().resize(CoefficientColumns().size());
    }
    return rows;
  }

  double shift_;
  Path path_;
};

// "0.1" or "0.1, 0.01".
Outcome<std::vector<double>> LambdasOf(const std::string& text) {
  std::vector<double> lambdas;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    std::istringstream one(word);
    double lambda = -1;
    if (!(one >> lambda) || !(one >> std::ws).eof() || !(lambda >= 0 && lambda <= 1e9))
      return Refuse("option_invalid", fmt::format("lambda => '{}' is no list of numbers from 0", text),
                    "write lambda => '0.1, 0.01'", "22023");
    lambdas.push_back(lambda);
  }
  if (lambdas.size() > kMostLambdas)
    return Refuse("option_invalid", fmt::format("lambda has more than {} numbers", kMostLambdas),
                  "write fewer", "22023");
  std::sort(lambdas.rbegin(), lambdas.rend());
  return lambdas;
}

Outcome<Path> PathOf(const Call& call, Options& options) {
  Path path;
  path.alpha = TRY(options.Number("alpha", 1, 0, 1));
  const auto lambda = call.options.find("lambda");
  const bool is_text = lambda != call.options.end() && std::holds_alternative<std::string>(lambda->second);
  if (is_text) {
    const std::string text = TRY(options.Text("lambda", ""));
    path.lambdas = TRY(LambdasOf(text));
  } else if (const double one = TRY(options.Number("lambda", -1, 0, 1e9)); one >= 0) {
    path.lambdas = {one};
  }
  path.level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  path.length = TRY(options.Whole("path", 20, 1, kMostLambdas));
  if (path.lambdas.empty() && path.alpha == 0)
    return Refuse("option_invalid", "a ridge has no largest lambda to start a path from",
                  "write lambda => 0.1", "22023");
  return path;
}

}  // namespace

Made MakePenalised(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const Family family = TRY(FamilyOf(options));
  Path path = TRY(PathOf(call, options));
  const bool exact = family.kind == Family::Kind::kGaussian && family.link == Link::kIdentity;
  Regression regression = TRY(BindRegression(call, schema, rules, {family, exact}, options));
  regression.max_rounds = exact ? 0 : TRY(options.Whole("max_rounds", 200, 1, 1000));
  TRY(options.End());
  const double shift = regression.sums.shift();
  return std::make_unique<PenalisedMethod>(std::move(regression), shift, std::move(path));
}

}  // namespace concordat::learning
