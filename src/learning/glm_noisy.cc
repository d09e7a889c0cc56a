// Generalised linear models under noise: two rounds that standardise columns, then a fixed number of Newton's
// steps, each from a noisy score and a noisy information of clipped units, with errors that count the noise.
// Source: Avella-Medina, Bradshaw, Loh, "Differentially private inference via noisy optimization" (2023).
// Argument: glm_noisy.proof.md; why not objective perturbation:
// docs/adr/0010-noisy-newton-for-generalised-linear-models.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/family.h"
#include "learning/methods.h"
#include "learning/noisy_newton.h"
#include "learning/noisy_regression.h"
#include "learning/noisy_score.h"
#include "learning/noisy_standard.h"
#include "learning/packing.h"
#include "learning/regression.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// How long a unit's information may be next to its score, and what tells of the score's variance.
constexpr double kInformation = 1, kVariance = 0.2;
// Of what rounds after the first two cost: the last's.
constexpr double kLast = 0.3;
// Of the fit's cost.
constexpr double kCoarse = 0.03, kFine = 0.05, kSteps = 1 - kCoarse - kFine;

struct NoisyState {
  int round = 0;
  Windows windows;           // of rounds 0 and 1
  std::vector<Cells> cells;  // likewise
  Standard standard;         // from round 2 on, as all below
  // Members' sums depend on its beta alone: the rest is what the node that asks remembers.
  Belief belief;
};

Json StateJson(const NoisyState& state) {
  Json json{{"round", state.round}};
  if (state.round == 0) return json;
  if (state.round == 1) {
    Put(json, state.windows);
    return json;
  }
  Put(json, state.standard);
  Put(json, state.belief);
  json["variance"] = state.belief.variance;
  json["stepped"] = state.belief.stepped;
  return json;
}

class NoisyGlm final : public NoisyMethod {
 public:
  NoisyGlm(NoisyRegression regression, Family family, int rounds)
      : regression_(std::move(regression)),
        family_(family),
        rounds_(rounds),
        places_(regression_, false),
        first_(regression_, family) {}

  std::vector<Output> Outputs() const override { return CoefficientColumns(); }
  std::vector<std::string> Columns() const override { return design().Columns(); }
  Json Start() const override { return StateJson(NoisyState()); }

  Result<std::size_t> Length(const Json& state) const override {
    return static_cast<std::size_t>(SizeOf(TRY(Read(state))));
  }

  Result<NoisyRound> Round(const Json& state) const override {
    const NoisyState read = TRY(Read(state));
    return NoisyRound{.bound = BoundOf(read), .share = ShareOf(read.round), .sampled = 1};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    const NoisyState read = TRY(Read(state));
    ClippedSum sum(static_cast<std::size_t>(SizeOf(read)), {BoundOf(read), steps});
    const Frame frame = design().Of(rows.rows);
    const MatrixXd x = design().Scaled(frame.x);
    ForEachUnit(rows.starts, frame.places, [&](std::size_t first, std::size_t last) {
      VectorXd numbers = VectorXd::Zero(SizeOf(read));
      for (std::size_t row = first; row < last; ++row) {
        const auto at = static_cast<Index>(row);
        if (!IsResponse(family_, frame.y[at])) continue;
        AddRow(read, {RowOf(x, row), frame.y[at], frame.offset[at]}, numbers);
      }
      sum.Add(numbers);
    });
    return sum.Take();
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override {
    auto read = Read(state);
    if (!read) return RefuseState(read.error());
    TRY(CheckTotals(totals, static_cast<std::size_t>(SizeOf(*read))));
    const int round = read->round++;
    if (round == 0) {
      read->windows = TRY(places_.Narrow(totals, sigma));
      return Go(*read);
    }
    if (round == 1) return Go(TRY(Begin(*read, totals, sigma)));
    const Moved moved = Move(read->belief, ToldBy(totals, sigma, *read, ShareOf(round)));
    read->belief = moved.belief;
    if (read->round < rounds_) return Go(*read);
    return Show(*read, moved, sigma);
  }

 private:
  const Design& design() const { return regression_.design; }
  Index Terms() const { return static_cast<Index>(design().terms().size()); }
  Index SizeOf(const NoisyState& state) const {
    if (state.round >= 2) return Terms() + TriangleSize(Terms()) + 1;
    return places_.SizeOf(state.cells) + (state.round == 1 ? first_.Size() : 0);
  }

  double ShareOf(int round) const {
    if (round < 2) return round == 0 ? kCoarse : kFine;
    const double last = std::max(kLast, 1.0 / (rounds_ - 2));
    return kSteps * (round + 1 == rounds_ ? last : (1 - last) / (rounds_ - 3));
  }

  BoundedScore ScoreOf(const Standard& standard) const {
    return {.family = family_, .top = first_.top(), .most = standard.most};
  }
  // The most that a row's score is, and by what other numbers are multiplied to be so long, or a part of it.
  struct Lengths {
    double score = 1, information = 1, variance = 1;
  };
  Lengths LengthsOf(const Standard& standard) const {
    const double score = standard.most * standard.radius;
    const double weight = ScoreOf(standard).MostWeight() * standard.radius * standard.radius;
    return {.score = score, .information = kInformation * score / weight, .variance = kVariance / score};
  }
  double BoundOf(const NoisyState& state) const {
    const double rows = regression_.rows_of_a_unit;
    if (state.round < 2) return rows * std::hypot(places_.Length(), state.round == 1 ? first_.Length() : 0);
    return rows * LengthsOf(state.standard).score *
           std::sqrt(1 + kInformation * kInformation + kVariance * kVariance);
  }

  struct OneRow {
    VectorXd x;
    double y = 0, offset = 0;
  };
  void AddRow(const NoisyState& state, const OneRow& row, VectorXd& numbers) const {
    if (state.round < 2) {
      places_.AddRow(state.cells, row.x, row.y, numbers);
      if (state.round == 1) first_.AddRow(row.y, row.offset, numbers.tail(first_.Size()));
      return;
    }
    const Standard& standard = state.standard;
    const VectorXd z = standard.Of(row.x);
    const double w = standard.WeightOf(z);
    const BoundedScore::Parts parts = ScoreOf(standard).Of(row.y, z.dot(state.belief.beta) + row.offset);
    const Lengths lengths = LengthsOf(standard);
    numbers.head(Terms()) += w * parts.score * z;
    numbers.segment(Terms(), TriangleSize(Terms())) +=
        Isometric(lengths.information * w * parts.weight * z * z.transpose());
    numbers[numbers.size() - 1] += lengths.variance * w * w * parts.variance * z.squaredNorm();
  }

  // `state` has the number of the round that comes.
  Outcome<NoisyState> Begin(NoisyState state, std::span<const double> totals, double sigma) const {
    const auto size = static_cast<std::size_t>(places_.SizeOf(state.cells));
    const Places places = TRY(places_.Find(state.cells, totals.first(size), sigma));
    const double length = std::hypot(places_.Length(), first_.Length());
    const double each = sigma / (regression_.rows_of_a_unit * length) * std::sqrt(kFine / kSteps);
    state.standard = first_.Next(places, totals.subspan(size), sigma, each);
    VectorXd beta = VectorXd::Zero(Terms());
    if (design().formula().intercept) beta[0] = state.standard.start;
    state.belief = BeliefAt(beta);
    return state;
  }

  Told ToldBy(std::span<const double> totals, double sigma, const NoisyState& state, double share) const {
    Taker taker(totals);
    const Lengths lengths = LengthsOf(state.standard);
    Told told{.score = taker.Vector(Terms()), .information = {}, .share = share};
    told.information = FromIsometric(taker.Vector(TriangleSize(Terms())) / lengths.information, Terms());
    told.variance = taker.Number() / lengths.variance;
    told.score_sigma = sigma;
    told.information_sigma = sigma / lengths.information;
    told.variance_sigma = sigma / lengths.variance;
    return told;
  }

  Result<NoisyState> Read(const Json& json) const {
    NoisyState state;
    state.round = static_cast<int>(TRY(WholeOf(json, "round", {0, static_cast<double>(rounds_ - 1)})));
    if (state.round < 2) {
      const Windows whole = places_.Whole();
      state.windows = state.round == 0 ? whole : TRY(ReadWindows(json, whole.size()));
      state.cells = PlaceRounds::CellsOf(state.windows);
      return state;
    }
    state.standard = TRY(ReadStandard(json, Terms()));
    state.belief = {TRY(ReadLine(json, Terms(), 1e9))};
    state.belief.variance = TRY(NumberOf(json, "variance", {-1e100, 1e100}));
    state.belief.stepped = TRY(NumberOf(json, "stepped", {0, 1e9}));
    return state;
  }

  Outcome<Step> Go(const NoisyState& state) const {
    Json json = StateJson(state);
    if (!Read(json))
      return Refuse("not_converged", "the fit runs beyond all bounds",
                    "raise concordat.epsilon, or leave out terms", "22023");
    std::string said = fmt::format("round {} of {}", state.round, rounds_);
    if (state.round > 1) said += fmt::format(": about {:.0f} rows", state.standard.rows);
    return Step{.state = std::move(json), .said = std::move(said), .fitted = {}};
  }

  Outcome<Step> Show(const NoisyState& state, const Moved& moved, double sigma) const {
    const MatrixXd unscale = design().Unscale() * state.standard.Unscale(design().formula().intercept);
    const Coefficients coefficients{.terms = design().terms(),
                                    .estimates = unscale * moved.belief.beta,
                                    .covariance = unscale * moved.covariance * unscale.transpose(),
                                    .df = {},
                                    .level = regression_.level};
    Json model{{"kind", "glm"},
               {"call", ToJson(regression_.call)},
               {"columns", regression_.columns},
               {"response_levels", design().response_levels()},
               {"family", family_.name()},
               {"link", Name(family_.link)},
               {"rows", std::round(state.standard.rows)},
               {"rounds", rounds_},
               {"dispersion", 1.0},
               {"noise", {{"sigma", sigma}, {"pulled", moved.pulled}}}};
    AddTo(model, coefficients);
    return Step{.state = {},
                .said = fmt::format("round {} of {}", rounds_, rounds_),
                .fitted = Fitted{CoefficientColumns(), CoefficientRows(coefficients), std::move(model)}};
  }

  NoisyRegression regression_;
  Family family_;
  int rounds_;
  PlaceRounds places_;
  FirstResponses first_;
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
  const int rounds = TRY(options.Whole("rounds", 8, 3, 50));
  TRY(options.End());
  return std::make_unique<NoisyGlm>(std::move(regression), family, rounds);
}

}  // namespace concordat::learning
