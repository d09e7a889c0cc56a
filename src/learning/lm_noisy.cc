// Linear regression under noise: two rounds tell where columns and the response lie, the others each a noisy
// score and a noisy information of rows so standardised, with errors that count the noise and what clipping
// takes. Argument: lm_noisy.proof.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/lm_noisy_state.h"
#include "learning/methods.h"
#include "learning/noisy_regression.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kRounds = LmState::kRounds;
constexpr double kShares[kRounds] = {0.06, 0.09, 0.2, 0.25, 0.4};
// How long a unit's other numbers may be next to its score: products of columns, the residual's square, and
// by how much it is off.
constexpr double kInformation = 0.6, kSquare = 0.2, kSize = 0.6;
// Halves of octaves that residuals are counted in, from 2^-13.5 of half the response's range up.
constexpr int kSizes = 28;
constexpr double kLeastClip = 0.5;  // in deviations of the response
constexpr double kNoticed = 0.2;    // noise next to sampling, as variances, for which rows weigh less

std::vector<double> EdgesOfSizes() {
  std::vector<double> edges;
  for (int i = 1 - kSizes; i <= 0; ++i) edges.push_back(std::exp2(0.5 * i));
  return edges;
}

class NoisyLm final : public NoisyMethod {
 public:
  explicit NoisyLm(NoisyRegression regression)
      : regression_(std::move(regression)), places_(regression_, true), sizes_(EdgesOfSizes()) {}

  std::vector<Output> Outputs() const override { return CoefficientColumns(); }
  std::vector<std::string> Columns() const override { return design().Columns(); }
  Json Start() const override { return ToJson(LmState()); }

  Result<std::size_t> Length(const Json& state) const override {
    return static_cast<std::size_t>(SizeOf(TRY(Read(state))));
  }

  Result<NoisyRound> Round(const Json& state) const override {
    const LmState read = TRY(Read(state));
    return NoisyRound{.bound = BoundOf(read), .share = kShares[read.round], .sampled = 1};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    const LmState read = TRY(Read(state));
    ClippedSum sum(static_cast<std::size_t>(SizeOf(read)), {BoundOf(read), steps});
    const Frame frame = design().Of(rows.rows);
    const MatrixXd x = design().Scaled(frame.x);
    const Scale scale = design().response_scale();
    ForEachUnit(rows.starts, frame.places, [&](std::size_t first, std::size_t last) {
      VectorXd numbers = VectorXd::Zero(SizeOf(read));
      for (std::size_t row = first; row < last; ++row) {
        const double y = (frame.y[static_cast<Index>(row)] - scale.centre) / scale.half;
        AddRow(read, RowOf(x, row), std::clamp(y, -1.0, 1.0), numbers);
      }
      sum.Add(numbers);
    });
    return sum.Take();
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override {
    auto read = Read(state);
    if (!read) return RefuseState(read.error());
    TRY(CheckTotals(totals, static_cast<std::size_t>(SizeOf(*read))));
    const double each = sigma / BoundOf(*read) * std::sqrt(kShares[read->round]);
    const int round = read->round++;
    if (round == 0) {
      read->windows = TRY(places_.Narrow(totals, sigma));
      return Go(*read);
    }
    if (round == 1) {
      const Places places = TRY(places_.Find(read->cells, totals, sigma));
      Begin(*read, places);
      Clip(*read, places.sizes, each);
      return Go(*read);
    }
    return Follow(*read, totals, sigma);
  }

 private:
  const Design& design() const { return regression_.design; }
  bool HasIntercept() const { return design().formula().intercept; }
  Index Terms() const { return static_cast<Index>(design().terms().size()); }
  // How many of a row's numbers are what, from round 2 on.
  Index SizeOf(const LmState& state) const {
    if (state.round < 2) return places_.SizeOf(state.cells);
    return Terms() + TriangleSize(Terms()) + 1 + kSizes;
  }

  // The most that a row's score is, and by what other numbers are multiplied to be a part of that.
  struct Lengths {
    double score = 1, information = 1, square = 1, size = 1;
  };
  static Lengths LengthsOf(const Standard& standard) {
    const double most = standard.most, radius = standard.radius;
    return {.score = most * radius,
            .information = kInformation * most / radius,
            .square = kSquare * radius / most,
            .size = kSize * most * radius};
  }
  double Together() const {
    return regression_.rows_of_a_unit *
           std::sqrt(1 + kInformation * kInformation + kSquare * kSquare + kSize * kSize);
  }
  double BoundOf(const LmState& state) const {
    return state.round < 2 ? regression_.rows_of_a_unit * places_.Length()
                           : Together() * LengthsOf(state.standard).score;
  }

  void AddRow(const LmState& state, const VectorXd& x, double y, VectorXd& numbers) const {
    if (state.round < 2) return places_.AddRow(state.cells, x, y, numbers);
    const Standard& standard = state.standard;
    const VectorXd z = standard.Of(x);
    const double w = standard.WeightOf(z), off = y - z.dot(state.line.beta);
    const double residual = std::clamp(off, -standard.most, standard.most);
    const Lengths lengths = LengthsOf(standard);
    const Index triangle = TriangleSize(Terms());
    numbers.head(Terms()) += w * residual * z;
    numbers.segment(Terms(), triangle) += Isometric(lengths.information * w * z * z.transpose());
    numbers[Terms() + triangle] += lengths.square * residual * residual;
    const auto above = std::upper_bound(sizes_.begin(), sizes_.end(), std::abs(off));
    if (above != sizes_.begin()) numbers[Terms() + triangle + (above - sizes_.begin())] += lengths.size;
  }

  void Begin(LmState& state, const Places& places) const {
    state.standard.rows = places.rows;
    state.standard.centre = places.centre;
    state.standard.spread = places.spread;
    state.deviation = places.deviation;
    VectorXd beta = VectorXd::Zero(Terms());
    if (HasIntercept()) beta[0] = places.start;
    state.line = LineAt(beta);
  }

  // Bounds of the round that comes, `each` being the noise of a number of bound 1 for the whole fit:
  // residuals' by what clipping takes, then columns' as wide as noise lets them be without being noticed.
  void Clip(LmState& state, const Sizes& sizes, double each) const {
    Standard& standard = state.standard;
    const auto terms = static_cast<double>(Terms());
    const double usual = std::sqrt(terms + std::sqrt(2 * terms)), noise = each * Together();
    const Clipping clipping = ClippingFor(sizes, noise / std::sqrt(kShares[state.round]) * usual,
                                          kLeastClip * state.deviation, HasIntercept() ? 2 : 1);
    standard.most = clipping.most;
    state.beyond = clipping.beyond;
    const double information = standard.rows * state.deviation * state.deviation;
    standard.radius =
        standard.RadiusFor(HasIntercept(), usual, WideFor(information, kNoticed, noise) / standard.most);
  }

  ToldOfLine ToldBy(Taker& taker, double sigma, const LmState& state, double share) const {
    const Lengths lengths = LengthsOf(state.standard);
    ToldOfLine told{.score = taker.Vector(Terms()), .information = {}, .share = share};
    told.information = FromIsometric(taker.Vector(TriangleSize(Terms())) / lengths.information, Terms());
    told.score_sigma = sigma;
    told.information_sigma = sigma / lengths.information;
    told.beyond = state.beyond;
    told.intercept = HasIntercept();
    told.rows = state.standard.rows;
    told.deviation = state.deviation;
    return told;
  }

  // `state` has the number of the round that comes, and all else of the one that was.
  Outcome<Step> Follow(LmState& state, std::span<const double> totals, double sigma) const {
    const double share = kShares[state.round - 1];
    const Lengths lengths = LengthsOf(state.standard);
    Taker taker(totals);
    const Followed followed = learning::Follow(state.line, ToldBy(taker, sigma, state, share));
    state.line = followed.line;
    const double square = std::max(taker.Number(), sigma) / lengths.square;
    const Sizes sizes{sizes_, taker.Vector(kSizes) / lengths.size, sigma / lengths.size};
    if (state.round == kRounds) return Show(state, followed, square, sigma);
    Clip(state, sizes, sigma / (Together() * lengths.score) * std::sqrt(share));
    return Go(state);
  }

  Result<LmState> Read(const Json& json) const { return ReadLmState(json, {Terms(), places_.Whole()}); }

  Outcome<Step> Go(const LmState& state) const {
    Json json = ToJson(state);
    if (!Read(json))
      return Refuse("not_converged", "the fit runs beyond all bounds",
                    "raise concordat.epsilon, or leave out terms", "22023");
    std::string said = fmt::format("round {} of {}", state.round, kRounds);
    if (state.round > 1) said += fmt::format(": about {:.0f} rows", state.standard.rows);
    return Step{.state = std::move(json), .said = std::move(said), .fitted = {}};
  }

  Outcome<Step> Show(const LmState& state, const Followed& followed, double square, double sigma) const {
    const Scale scale = design().response_scale();
    const double rows = std::max(1.0, state.standard.rows - static_cast<double>(Terms()));
    const double spread = scale.half * std::sqrt(square / rows);
    const MatrixXd standard = state.standard.Unscale(HasIntercept()), unscale = design().Unscale();
    VectorXd beta = scale.half * (standard * followed.line.beta);
    if (HasIntercept()) beta[0] += scale.centre;
    const MatrixXd covariance = square / rows * followed.inverse + followed.line.covariance;
    const MatrixXd back = scale.half * (unscale * standard);
    const Coefficients coefficients{.terms = design().terms(),
                                    .estimates = unscale * beta,
                                    .covariance = back * covariance * back.transpose(),
                                    .df = {},
                                    .level = regression_.level};
    Json model{{"kind", "lm"},
               {"call", ToJson(regression_.call)},
               {"columns", regression_.columns},
               {"family", "gaussian"},
               {"link", "identity"},
               {"rows", std::round(state.standard.rows)},
               {"sigma", FiniteJson(spread)},
               {"dispersion", FiniteJson(spread * spread)},
               {"noise",
                {{"sigma", sigma},
                 {"clipped_at", FiniteJson(scale.half * state.standard.most)},
                 {"beyond", FiniteJson(scale.half * state.beyond / state.standard.rows)}}}};
    AddTo(model, coefficients);
    return Step{.state = {},
                .said = fmt::format("round {} of {}", kRounds, kRounds),
                .fitted = Fitted{CoefficientColumns(), CoefficientRows(coefficients), std::move(model)}};
  }

  NoisyRegression regression_;
  PlaceRounds places_;
  std::vector<double> sizes_;
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
