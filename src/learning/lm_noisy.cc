// Linear regression under noise, in one round of squares and products (AdaSSP), with errors that count the
// noise. Argument: lm_noisy.proof.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/noisy_regression.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// What the noisy squares lead to, all of scaled columns.
struct Estimate {
  VectorXd beta;
  MatrixXd covariance;
  double rows = 0;
  double variance = 0;  // of residuals
  double ridge = 0;
};

// A row is (1, x, y), with x less its own intercept: its products with itself are all sums that there are.
class NoisyLm final : public NoisyMethod {
 public:
  explicit NoisyLm(NoisyRegression regression) : regression_(std::move(regression)) {}

  std::vector<Output> Outputs() const override { return CoefficientColumns(); }
  std::vector<std::string> Columns() const override { return design().Columns(); }
  Json Start() const override { return {{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    if (state != Start()) return Fail(ErrorCode::kInvalidArgument, "there is one round");
    return static_cast<std::size_t>(TriangleSize(Width()));
  }

  // |(1, x, y)|^2 is the L2 norm of its products.
  Result<NoisyRound> Round(const Json& state) const override {
    TRY(Length(state));
    const double own = HasIntercept() ? 0 : 1;
    const double squares = regression_.largest * regression_.largest + own + 1;
    return NoisyRound{.bound = regression_.rows_of_a_unit * squares, .share = 1, .sampled = 1};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    const NoisyRound round = TRY(Round(state));
    ClippedSum sum(TRY(Length(state)), {round.bound, steps});
    const Frame frame = design().Of(rows.rows);
    const MatrixXd x = design().Scaled(frame.x);
    ForEachUnit(rows.starts, frame.places, [&](std::size_t first, std::size_t last) {
      MatrixXd squares = MatrixXd::Zero(Width(), Width());
      for (std::size_t row = first; row < last; ++row) {
        const VectorXd a = Augmented(RowOf(x, row), frame.y[static_cast<Index>(row)]);
        squares += a * a.transpose();
      }
      sum.Add(Isometric(squares));
    });
    return sum.Take();
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override {
    TRY(CheckTotals(totals, static_cast<std::size_t>(TriangleSize(Width()))));
    static_cast<void>(state);
    const MatrixXd squares = FromIsometric(Taker(totals).Vector(TriangleSize(Width())), Width());
    TRY(CheckRows(regression_.rules, squares(0, 0)));
    return Show(EstimateOf(squares, sigma), sigma);
  }

 private:
  const Design& design() const { return regression_.design; }
  bool HasIntercept() const { return design().formula().intercept; }
  Index Terms() const { return static_cast<Index>(design().terms().size()); }
  Index Width() const { return Terms() + (HasIntercept() ? 1 : 2); }

  VectorXd Augmented(const VectorXd& x, double y) const {
    const Scale scale = design().response_scale();
    VectorXd a(Width());
    a[0] = 1;
    a.segment(Width() - 1 - Terms(), Terms()) = x;
    a[Width() - 1] = (y - scale.centre) / scale.half;
    return a;
  }

  Estimate EstimateOf(const MatrixXd& squares, double sigma) const {
    const Index terms = Terms(), first = Width() - 1 - terms, last = Width() - 1;
    const Steadied steadied = Steady(squares.block(first, first, terms, terms), sigma);
    const VectorXd products = squares.block(first, last, terms, 1);
    Estimate estimate{.beta = steadied.inverse * products, .covariance = {}, .rows = squares(0, 0)};
    estimate.ridge = steadied.ridge;
    // Noise N of the squares of (x, y) is in the equations as N (-b, 1), and in the residuals as its square.
    VectorXd gamma(terms + 1);
    gamma << -estimate.beta, 1;
    const MatrixXd noise = NoiseOfProduct(gamma, sigma).topLeftCorner(terms, terms);
    const double residual = gamma.dot(squares.block(first, first, terms + 1, terms + 1) * gamma);
    const double fitted = (steadied.inverse * noise).trace();
    const double df = std::max(1.0, estimate.rows - static_cast<double>(terms));
    estimate.variance = std::max(residual + fitted, sigma * gamma.squaredNorm()) / df;
    const VectorXd pulled = steadied.ridge * (steadied.inverse * estimate.beta);
    estimate.covariance =
        steadied.inverse * (estimate.variance * steadied.matrix + noise) * steadied.inverse +
        pulled * pulled.transpose();
    return estimate;
  }

  Outcome<Step> Show(const Estimate& estimate, double sigma) const {
    const Scale scale = design().response_scale();
    const MatrixXd unscale = design().Unscale();
    VectorXd beta = scale.half * estimate.beta;
    if (HasIntercept()) beta[0] += scale.centre;
    const Coefficients coefficients{
        .terms = design().terms(),
        .estimates = unscale * beta,
        .covariance = scale.half * scale.half * (unscale * estimate.covariance * unscale.transpose()),
        .df = {},
        .level = regression_.level};
    const double spread = scale.half * std::sqrt(estimate.variance);
    Json model{{"kind", "lm"},
               {"call", ToJson(regression_.call)},
               {"columns", regression_.columns},
               {"family", "gaussian"},
               {"link", "identity"},
               {"rows", std::round(estimate.rows)},
               {"sigma", FiniteJson(spread)},
               {"dispersion", FiniteJson(spread * spread)},
               {"noise", {{"sigma", sigma}, {"ridge", estimate.ridge}}}};
    AddTo(model, coefficients);
    return Step{.state = {},
                .said = fmt::format("about {:.0f} rows", estimate.rows),
                .fitted = Fitted{CoefficientColumns(), CoefficientRows(coefficients), std::move(model)}};
  }

  NoisyRegression regression_;
};

}  // namespace

MadeNoisy MakeNoisyLm(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  NoisyRegression regression = TRY(BindNoisyRegression(call, schema, rules, options));
  TRY(options.End());
  if (!regression.design.formula().offsets.empty())
    return Refuse("formula_not_supported", "offsets have no form in lm under noise",
                  "take it from the response: I(y - x) ~ …", "0A000");
  return std::make_unique<NoisyLm>(std::move(regression));
}

}  // namespace concordat::learning
