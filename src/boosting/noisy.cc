// Boosted trees under noise: shapes of trees that a seed draws, so that no split costs anything, and leaves
// from noisy sums, several trees a round. Source: Maddock, Cormode, Wang, Maple, Jha, "Federated Boosted
// Decision Trees with Differential Privacy" (2022), which finds such "totally random" trees with Newton's
// leaves and batches of trees best at a small budget. Argument: noisy.proof.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "boosting/call.h"
#include "boosting/methods.h"
#include "boosting/random.h"
#include "learning/clip.h"
#include "learning/disclosure.h"
#include "learning/noisy_regression.h"
#include "learning/options.h"
#include "learning/packing.h"

namespace concordat::boosting {
namespace {

constexpr double kCounting = 0.05;  // share of the first round
// Of a hessian beside its gradient: with 8 at most as a square, a row is as long in both as in the gradient.
constexpr double kHessian = 2.8;
// Of the way from a range's middle to its ends: the mean that noise may make is no end of it.
constexpr double kLeastShare = 0.98;
// Of half of the response's range, into which gradients are pulled unless the call says otherwise.
constexpr double kClipped = 4;
// Cells below so many standard deviations of noise are taken for empty, and bins have twice as many.
constexpr double kSeen = 2;

// What a row adds to a leaf is at most 1 long: its gradient and hessian, each held within what it may be and
// divided.
struct GradientUnits {
  double most_gradient = 1, gradient = 1;
  double most_hessian = 1, hessian = 1 / kHessian;
  double lambda = 1;  // that noise of one in a leaf's gradient asks for

  Eigen::Vector2d Of(const Gradient& of) const {
    return {std::clamp(of.first, -most_gradient, most_gradient) / gradient,
            std::min(of.second, most_hessian) / hessian};
  }
};

// Gradients of numbers and counts have no bound of their own: `clip` is what they are pulled within. The
// second derivatives of counts are held far above what a count makes them: a shorter one would make steps too
// long.
GradientUnits UnitsOf(const Boost& boost, double clip) {
  const double half = std::sqrt(2.0);
  if (boost.objective.kind == Objective::Kind::kRegression) return {clip, half * clip, 1, half, half};
  const double steep = boost.columns.response_range.second * std::exp(boost.objective.max_delta_step);
  if (boost.objective.kind == Objective::Kind::kCount)
    return {clip, half * clip, steep, half * steep, half * clip};
  return {};
}

struct NoisyBoost {
  Boost boost;
  GradientUnits units;
  int batch = 20;
  std::uint64_t seed = 1;
  double rows_of_a_unit = 1;
};

// One unit's rows in cells, and where the trees so far bring them.
class Part {
 public:
  Part(const NoisyBoost& asked, const Rows& rows)
      : asked_(asked), responses_(ResponsesOf(asked.boost.columns, rows)) {
    for (Eigen::Index i = 0; i < responses_.size(); ++i)
      if (std::isfinite(responses_[i])) places_.push_back(static_cast<std::size_t>(i));
    for (const BoostFeature& feature : asked.boost.columns.features)
      features_.push_back(Values(feature.of, rows));
  }

  const std::vector<std::size_t>& places() const { return places_; }

  // What the first round counts: the response around its middle, and each feature's cell.
  void Count(std::size_t kept, Eigen::VectorXd& numbers) const {
    const auto row = static_cast<Eigen::Index>(places_[kept]);
    const Scale scale = ResponseScale(asked_.boost);
    numbers[0] += std::clamp((responses_[row] - scale.centre) / scale.half, -1.0, 1.0);
    Eigen::Index next = 1;
    for (std::size_t i = 0; i < features_.size(); ++i) {
      const BoostFeature& feature = asked_.boost.columns.features[i];
      const double value = features_[i][row];
      numbers[next + static_cast<Eigen::Index>(CoarseCellOf(feature, std::isfinite(value) ? value : NAN))] +=
          1;
      next += static_cast<Eigen::Index>(CoarseCells(feature));
    }
  }

  // What a round of leaves adds up: in each tree of the batch the leaf's gradient and hessian.
  void Leaves(std::size_t kept, const BoostState& state, std::span<const BoostTree> batch,
              Eigen::VectorXd& numbers) const {
    const auto row = static_cast<Eigen::Index>(places_[kept]);
    std::vector<std::size_t> cells;
    for (std::size_t i = 0; i < features_.size(); ++i) {
      const double value = features_[i][row];
      cells.push_back(state.bins[i].CellOf(std::isfinite(value) ? value : NAN));
    }
    double margin = state.base;
    for (const auto& tree : state.trees) margin += tree->nodes[NodeOf(*tree, cells)].weight;
    const Eigen::Vector2d added =
        asked_.units.Of(GradientOf(asked_.boost.objective, margin, responses_[row]));
    const std::size_t leaves = std::size_t{1} << asked_.boost.depth;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto leaf = static_cast<Eigen::Index>(2 * (leaves * i + NodeOf(batch[i], cells) - (leaves - 1)));
      numbers.segment<2>(leaf) += added;
    }
  }

 private:
  const NoisyBoost& asked_;
  Eigen::ArrayXd responses_;
  std::vector<std::size_t> places_;
  std::vector<Eigen::ArrayXd> features_;
};

class NoisyBoostMethod final : public NoisyMethod {
 public:
  explicit NoisyBoostMethod(NoisyBoost asked) : asked_(std::move(asked)) {}

  std::vector<Output> Outputs() const override { return BoostTableColumns(); }
  std::vector<std::string> Columns() const override { return boost().columns.columns; }
  Json Start() const override { return ToJson(MaybeBoostState()); }

  Result<std::size_t> Length(const Json& json) const override { return SizeOf(TRY(Read(json))); }

  Result<NoisyRound> Round(const Json& json) const override {
    const MaybeBoostState state = TRY(Read(json));
    const double features = static_cast<double>(boost().columns.features.size());
    const double numbers = state ? BatchOf(*state) : 1 + features;
    const int rounds = (boost().trees + asked_.batch - 1) / asked_.batch;
    return NoisyRound{.bound = asked_.rows_of_a_unit * std::sqrt(numbers),
                      .share = state ? (1 - kCounting) / rounds : kCounting,
                      .sampled = 1};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& json,
                                  std::uint64_t steps) const override {
    const MaybeBoostState state = TRY(Read(json));
    const NoisyRound round = TRY(Round(json));
    const auto size = static_cast<Eigen::Index>(SizeOf(state));
    const std::vector<BoostTree> batch = state ? Batch(*state) : std::vector<BoostTree>();
    const Part part(asked_, rows.rows);
    ClippedSum sum(SizeOf(state), {round.bound, steps});
    ForEachUnit(rows.starts, part.places(), [&](std::size_t first, std::size_t last) {
      Eigen::VectorXd numbers = Eigen::VectorXd::Zero(size);
      for (std::size_t row = first; row < last; ++row) {
        if (state)
          part.Leaves(row, *state, batch, numbers);
        else
          part.Count(row, numbers);
      }
      sum.Add(numbers);
    });
    return sum.Take();
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals, double sigma) const override {
    auto read = Read(json);
    if (!read) return RefuseState(read.error());
    TRY(CheckTotals(totals, SizeOf(*read)));
    if (!*read) return Begin(totals, sigma);
    BoostState& state = **read;
    AddBatch(totals, sigma, state);
    const std::string said = fmt::format("{} of {} trees", state.trees.size(), boost().trees);
    if (state.trees.size() == static_cast<std::size_t>(boost().trees))
      return Step{.state = {}, .said = said, .fitted = BoostTableOf(boost(), state)};
    return Step{.state = ToJson(*read), .said = said, .fitted = {}};
  }

 private:
  const Boost& boost() const { return asked_.boost; }
  Result<MaybeBoostState> Read(const Json& json) const {
    MaybeBoostState state = TRY(ReadBoostState(boost(), json, known_));
    if (state && (state->growing.nodes.size() != 1 ||
                  state->trees.size() % static_cast<std::size_t>(asked_.batch) != 0))
      return Fail(ErrorCode::kInvalidArgument, "the state has part of a batch");
    return state;
  }
  int BatchOf(const BoostState& state) const {
    return std::min(asked_.batch, boost().trees - static_cast<int>(state.trees.size()));
  }
  std::vector<BoostTree> Batch(const BoostState& state) const {
    std::vector<BoostTree> batch;
    for (int i = 0; i < BatchOf(state); ++i)
      batch.push_back(DrawTree(state.bins, boost().depth, asked_.seed, state.trees.size() + batch.size()));
    return batch;
  }
  std::size_t SizeOf(const MaybeBoostState& state) const {
    if (state) return static_cast<std::size_t>(BatchOf(*state)) * (std::size_t{2} << boost().depth);
    std::size_t size = 1;
    for (const BoostFeature& feature : boost().columns.features) size += CoarseCells(feature);
    return size;
  }

  Outcome<Step> Begin(std::span<const double> totals, double sigma) const {
    Taker taker(totals);
    const double balance = taker.Number();
    BoostState state;
    double rows = 0;
    for (const BoostFeature& feature : boost().columns.features) {
      const auto counts = taker.Part(CoarseCells(feature));
      for (const double count : counts) rows += count;
      state.bins.push_back(ChooseNoisyBins(
          feature, counts, {.bins = boost().bins, .least = std::max(boost().split.least, 2 * kSeen * sigma)},
          kSeen * sigma));
    }
    rows /= static_cast<double>(boost().columns.features.size());
    TRY(CheckRows(boost().rules, rows));
    if (std::none_of(state.bins.begin(), state.bins.end(),
                     [](const FeatureBins& bins) { return bins.cells() > 1; }))
      return Refuse("no_split", "noise leaves no column two cells",
                    "raise concordat.epsilon, or name other columns", "22023");
    const Scale scale = ResponseScale(boost());
    const double mean = scale.centre + scale.half * std::clamp(balance / rows, -kLeastShare, kLeastShare);
    state.base = MarginOf(boost().objective, static_cast<float>(boost().base_score.value_or(mean)));
    state.growing.nodes.emplace_back();
    return Step{.state = ToJson(MaybeBoostState(std::move(state))),
                .said = fmt::format("about {:.0f} rows counted", rows),
                .fitted = {}};
  }

  // Noise of sigma in a gradient's sum: as much is added to lambda, so that a leaf that noise makes up stays
  // small.
  void AddBatch(std::span<const double> totals, double sigma, BoostState& state) const {
    SplitRules rules = boost().split;
    rules.lambda += sigma * asked_.units.lambda;
    Taker taker(totals);
    for (BoostTree& tree : Batch(state)) {
      for (BoostNode& node : tree.nodes) {
        if (node.kind != BoostNode::Kind::kLeaf) continue;
        const double gradient = taker.Number() * asked_.units.gradient;
        const double hessian = std::max(0.0, taker.Number() * asked_.units.hessian);
        node.weight = ShortWeight(boost().eta * WeightOf(rules, {.gradient = gradient, .hessian = hessian}));
      }
      state.trees.push_back(std::make_shared<const BoostTree>(std::move(tree)));
    }
  }

  NoisyBoost asked_;
  mutable KnownParts known_;
};

}  // namespace

MadeNoisy MakeNoisyBoost(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  NoisyBoost asked;
  asked.batch = TRY(options.Whole("batch", 20, 1, 1000));
  asked.seed = static_cast<std::uint64_t>(TRY(options.Whole("seed", 1, 0, 2147483647)));
  asked.rows_of_a_unit = TRY(options.Whole("rows_of_a_unit", 1, 1, 10'000));
  const auto clips = call.options.find("objective");
  const bool binary = clips == call.options.end() || clips->second == Value("binary");
  const double clip = binary ? 0 : TRY(options.Number("clip", 0, 1e-9, 1e15));
  asked.boost = TRY(BindBoost(call, schema, rules, options,
                              {.trees = 200, .depth = 4, .bins = 32, .eta = 0.1, .chooses = false}));
  asked.units = UnitsOf(asked.boost, clip > 0 ? clip : ResponseScale(asked.boost).half / kClipped);
  return std::make_unique<NoisyBoostMethod>(std::move(asked));
}

}  // namespace concordat::boosting
