// Generalised linear models under noise: a fixed number of Newton's steps, each from a noisy score and a
// noisy information of clipped units, with errors that count the noise. Source: Avella-Medina, Bradshaw, Loh,
// "Differentially private inference via noisy optimization" (2023). Argument: glm_noisy.proof.md; why not
// objective perturbation: docs/adr/0010-noisy-newton-for-generalised-linear-models.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/family.h"
#include "learning/methods.h"
#include "learning/noisy_regression.h"
#include "learning/packing.h"
#include "learning/regression.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Bounds kAny{-1e9, 1e9};
// How much of a unit's length its information is next to its score, and its count.
constexpr double kInformation = 0.5, kCount = 0.25;

struct NoisyState {
  int round = 0;
  VectorXd beta;    // of scaled columns; none in round 0, which starts from each row's own response
  double rows = 0;  // noisy
};

Json StateJson(const NoisyState& state) {
  Json json{{"round", state.round}};
  if (state.round == 0) return json;
  json["beta"] = ToJson(state.beta);
  json["rows"] = state.rows;
  return json;
}

// One row at a linear predictor: by what weight its products count, and by what its columns do.
struct Parts {
  double weight = 0;
  double score = 0;
};

class NoisyGlm final : public NoisyMethod {
 public:
  NoisyGlm(NoisyRegression regression, Family family, int rounds)
      : regression_(std::move(regression)),
        family_(family),
        rounds_(rounds),
        largest_response_(std::max(std::abs(design().response_range()->first),
                                   std::abs(design().response_range()->second))) {}

  std::vector<Output> Outputs() const override { return CoefficientColumns(); }
  std::vector<std::string> Columns() const override { return design().Columns(); }
  Json Start() const override { return StateJson(NoisyState()); }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(Read(state));
    return static_cast<std::size_t>(Size());
  }

  Result<NoisyRound> Round(const Json& state) const override {
    const NoisyState read = TRY(Read(state));
    return NoisyRound{.bound = Bound(read.round), .share = ShareOf(read.round), .sampled = 1};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    const NoisyState read = TRY(Read(state));
    ClippedSum sum(static_cast<std::size_t>(Size()), {Bound(read.round), steps});
    const Frame frame = design().Of(rows.rows);
    const MatrixXd x = design().Scaled(frame.x);
    ForEachUnit(rows.starts, frame.places, [&](std::size_t first, std::size_t last) {
      VectorXd numbers = VectorXd::Zero(Size());
      for (std::size_t row = first; row < last; ++row) {
        const auto at = static_cast<Index>(row);
        if (IsResponse(family_, frame.y[at]))
          numbers += NumbersOf(RowOf(x, row), frame.y[at], frame.offset[at], read);
      }
      sum.Add(numbers);
    });
    return sum.Take();
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override {
    TRY(CheckTotals(totals, static_cast<std::size_t>(Size())));
    auto read = Read(state);
    if (!read) return RefuseState(read.error());
    Taker taker(totals);
    const VectorXd score = taker.Vector(Terms());
    const MatrixXd information = FromIsometric(taker.Vector(TriangleSize(Terms())), Terms()) / Weight();
    const double count = taker.Number() / Count(read->round);
    if (read->round == 0) {
      TRY(CheckRows(regression_.rules, count));
      read->rows = count;
      read->beta = VectorXd::Zero(Terms());
    }
    const Steadied steadied = Steady(information, sigma / Weight());
    const VectorXd step = steadied.inverse * score;
    const VectorXd before = read->beta;
    read->beta += step;
    ++read->round;
    if (read->round < rounds_) return Go(*read);
    return Show(*read, before, steadied, sigma);
  }

 private:
  const Design& design() const { return regression_.design; }
  Index Terms() const { return static_cast<Index>(design().terms().size()); }
  Index Size() const { return Terms() + TriangleSize(Terms()) + 1; }

  // The last round, which alone decides how noisy the coefficients are, takes half.
  double ShareOf(int round) const {
    if (rounds_ == 1) return 1;
    return round + 1 == rounds_ ? 0.5 : 0.5 / (rounds_ - 1);
  }

  // Of the information: chosen so that it is no longer than a part of the score.
  double Weight() const { return kInformation / (regression_.largest * LargestWeight()) * LargestScore(1); }
  double Count(int round) const { return kCount * regression_.largest * LargestScore(round); }
  double LargestWeight() const { return family_.kind == Family::Kind::kBinomial ? 0.25 : largest_response_; }
  // Of a row, but for its columns: |y - mu|, where mu is no more than the largest response.
  double LargestScore(int round) const {
    if (round > 0) return family_.kind == Family::Kind::kBinomial ? 1 : largest_response_;
    double largest = 0;
    for (const double y : {design().response_range()->first, design().response_range()->second})
      if (IsResponse(family_, y)) largest = std::max(largest, std::abs(StartOf(y, 0).score));
    return largest;
  }
  double Bound(int round) const {
    const double r = regression_.largest;
    const double score = r * LargestScore(round), information = Weight() * r * r * LargestWeight();
    return regression_.rows_of_a_unit *
           std::sqrt(score * score + information * information + std::pow(Count(round), 2));
  }

  Parts StartOf(double y, double offset) const {
    const double mu = StartingMean(family_, y, 1), variance = VarianceOf(family_, mu);
    return {.weight = variance, .score = variance * (LinearOf(family_.link, mu) - offset) + y - mu};
  }
  // Links are the families' own: the slope of the mean is the variance.
  Parts PartsOf(double y, double eta) const {
    const double mu = MeanOf(family_.link, eta);
    return {.weight = VarianceOf(family_, mu), .score = y - mu};
  }

  VectorXd NumbersOf(const VectorXd& x, double y, double offset, const NoisyState& state) const {
    const Parts parts = state.round == 0 ? StartOf(y, offset) : PartsOf(y, x.dot(state.beta) + offset);
    VectorXd numbers(Size());
    numbers << parts.score * x, Isometric(Weight() * parts.weight * x * x.transpose()), Count(state.round);
    return numbers;
  }

  Result<NoisyState> Read(const Json& json) const {
    NoisyState state;
    state.round = static_cast<int>(TRY(WholeOf(json, "round", {0, static_cast<double>(rounds_ - 1)})));
    if (state.round == 0) return state;
    state.beta = TRY(VectorOf(json, "beta", Terms(), kAny));
    state.rows = TRY(NumberOf(json, "rows", {0, 1e15}));
    return state;
  }

  Outcome<Step> Go(const NoisyState& state) const {
    Json json = StateJson(state);
    if (!Read(json))
      return Refuse("not_converged", "the fit runs beyond all bounds",
                    "raise concordat.epsilon, or leave out terms", "22023");
    return Step{.state = std::move(json),
                .said = fmt::format("round {} of {}: about {:.0f} rows", state.round, rounds_, state.rows),
                .fitted = {}};
  }

  // The last step's noise: of the score, and of the information by how far the step went.
  Outcome<Step> Show(const NoisyState& state, const VectorXd& before, const Steadied& steadied,
                     double sigma) const {
    const VectorXd moved = state.beta - before;
    const VectorXd pulled = steadied.ridge * (steadied.inverse * moved);
    MatrixXd noise = NoiseOfProduct(moved, sigma / Weight());
    noise.diagonal().array() += sigma * sigma;
    const MatrixXd covariance =
        steadied.inverse * (steadied.matrix + noise) * steadied.inverse + pulled * pulled.transpose();
    const MatrixXd unscale = design().Unscale();
    const Coefficients coefficients{.terms = design().terms(),
                                    .estimates = unscale * state.beta,
                                    .covariance = unscale * covariance * unscale.transpose(),
                                    .df = {},
                                    .level = regression_.level};
    Json model{{"kind", "glm"},
               {"call", ToJson(regression_.call)},
               {"columns", regression_.columns},
               {"response_levels", design().response_levels()},
               {"family", family_.name()},
               {"link", Name(family_.link)},
               {"rows", std::round(state.rows)},
               {"rounds", rounds_},
               {"dispersion", 1.0},
               {"noise", {{"sigma", sigma}, {"ridge", steadied.ridge}}}};
    AddTo(model, coefficients);
    return Step{.state = {},
                .said = fmt::format("round {} of {}", rounds_, rounds_),
                .fitted = Fitted{CoefficientColumns(), CoefficientRows(coefficients), std::move(model)}};
  }

  NoisyRegression regression_;
  Family family_;
  int rounds_;
  double largest_response_;
};

}  // namespace

MadeNoisy MakeNoisyGlm(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const Family family = TRY(FamilyOf(options));
  using Kind = Family::Kind;
  const bool binomial = family.kind == Kind::kBinomial && family.link == Link::kLogit;
  const bool poisson = family.kind == Kind::kPoisson && family.link == Link::kLog;
  if (family.kind == Kind::kGaussian && family.link == Link::kIdentity) {
    Call other = call;
    other.options.erase("family");
    other.options.erase("link");
    return MakeNoisyLm(other, schema, rules);
  }
  if (!binomial && !poisson)
    return Refuse("no_noisy_form",
                  fmt::format("{} with link {} has no form under noise", family.name(), Name(family.link)),
                  "write binomial, poisson or gaussian, with their own links", "0A000");
  NoisyRegression regression = TRY(BindNoisyRegression(call, schema, rules, options));
  const int rounds = TRY(options.Whole("rounds", 6, 1, 50));
  TRY(options.End());
  return std::make_unique<NoisyGlm>(std::move(regression), family, rounds);
}

}  // namespace concordat::learning
