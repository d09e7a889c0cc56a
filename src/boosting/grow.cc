#include "boosting/grow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "boosting/random.h"
#include "learning/disclosure.h"
#include "learning/packing.h"

namespace concordat::boosting {
namespace {

using NodeKind = BoostNode::Kind;

// Each half of a response with two levels can be shown, and no few rows make a mean of numbers.
Outcome<void> CheckResponse(const Boost& boost, double rows, std::span<const double> powers) {
  const double least = boost.rules.minimum_cell;
  if (boost.objective.kind == Objective::Kind::kBinary) {
    const double ones = (rows + powers[0]) / 2;  // powers are of 2y - 1
    if (ones >= least && rows - ones >= least) return {};
    return Refuse("level_too_small",
                  fmt::format("fewer than {} rows have one of the response's levels", least),
                  "ask for a table with more rows", "42501");
  }
  const double mean = powers[0] / rows, square = powers[1] / rows, cube = powers[2] / rows;
  const double variance = square - mean * mean;
  const double fourth =
      powers[3] / rows - 4 * mean * cube + 6 * mean * mean * square - 3 * mean * mean * mean * mean;
  if (variance <= 1e-13 * std::max(square, 1.0))
    return Refuse("constant_column", "the response is the same in every row", "name another response",
                  "22023");
  if (rows * variance * variance < least * fourth)
    return Refuse("leverage_too_high", fmt::format("fewer than {} rows decide the response's mean", least),
                  "write its logarithm: log(y) ~ x", "42501");
  return {};
}

double BaseOf(const Boost& boost, double rows, double first) {
  const Scale scale = ResponseScale(boost);
  const double mean = boost.base_score.value_or(scale.centre + scale.half * first / rows);
  // A model's text has the mean in single precision.
  return MarginOf(boost.objective, static_cast<float>(mean));
}

GradientSum SumOf(std::span<const GradientSum> cells) {
  GradientSum sum;
  for (const GradientSum& cell : cells) sum = sum + cell;
  return sum;
}

// What monotone constraints leave to the sides of each node's split.
std::vector<NodeScope> ScopesOf(const SplitRules& rules, const BoostState& state) {
  const auto& nodes = state.growing.nodes;
  std::vector<NodeScope> scopes(nodes.size());
  if (rules.monotone.empty()) return scopes;
  std::size_t split = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].kind != NodeKind::kSplit) continue;
    NodeScope& left = scopes[nodes[i].child];
    NodeScope& right = scopes[nodes[i].child + 1];
    left.own = right.own = left.sides = right.sides = scopes[i].sides;
    const double middle = state.middles[split++];
    const int rises = rules.monotone[nodes[i].feature];
    if (rises > 0) left.sides.high = right.sides.low = middle;
    if (rises < 0) left.sides.low = right.sides.high = middle;
  }
  return scopes;
}

// Grows one level of one tree.
class Level {
 public:
  Level(const Boost& boost, BoostState* state)
      : boost_(boost), bins_(state->bins), state_(state), tree_(&state->growing) {}

  void Grow(std::span<const double> totals) {
    const std::size_t cells = CellsOf(bins_), nodes = tree_->nodes.size();
    depth_ = DepthsOf(*tree_).back();
    next_ = 1 + 2 * SplitsOf(*tree_);
    scopes_ = ScopesOf(boost_.split, *state_);
    const std::vector<bool> features =
        DrawFeatures(bins_.size(), boost_.colsample, boost_.seed, state_->trees.size());
    for (NodeScope& scope : scopes_) scope.features = features;
    Taker taker(totals);
    for (std::size_t i = 0; i < nodes; ++i) {
      if (tree_->nodes[i].kind != NodeKind::kOpen) continue;
      std::vector<GradientSum> sums(cells);
      for (GradientSum& sum : sums) {
        const auto part = taker.Part(3);
        sum = {part[0], part[1], part[2]};
      }
      Decide(sums, i);
    }
  }

  int splits() const { return splits_; }
  int depth() const { return depth_; }

 private:
  BoostNode LeafOf(const GradientSum& sum, const WeightBounds& bounds) const {
    return {.kind = NodeKind::kLeaf, .weight = ShortWeight(boost_.eta * WeightOf(boost_.split, sum, bounds))};
  }
  BoostNode ChildOf(const GradientSum& sum, const WeightBounds& bounds) const {
    return depth_ + 1 < boost_.depth && MaySplit(boost_.split, sum) ? BoostNode() : LeafOf(sum, bounds);
  }

  void Decide(std::span<const GradientSum> sums, std::size_t place) {
    const NodeScope& scope = scopes_[place];
    auto split = FindSplit(boost_.split, bins_, sums, scope);
    if (!split) {
      tree_->nodes[place] = LeafOf(SumOf(sums.first(bins_.front().cells())), scope.own);
      return;
    }
    tree_->nodes[place] = {.kind = NodeKind::kSplit,
                           .feature = split->feature,
                           .left = split->left,
                           .missing_left = split->left.back(),
                           .gain = ShortGain(split->gain),
                           .child = next_};
    next_ += 2;
    ++splits_;
    tree_->nodes.push_back(ChildOf(split->left_sum, scope.sides));
    tree_->nodes.push_back(ChildOf(split->right_sum, scope.sides));
    if (!boost_.split.monotone.empty())
      state_->middles.push_back((WeightOf(boost_.split, split->left_sum, scope.sides) +
                                 WeightOf(boost_.split, split->right_sum, scope.sides)) /
                                2);
  }

  const Boost& boost_;
  const BoostBins& bins_;
  BoostState* state_;
  BoostTree* tree_;
  std::vector<NodeScope> scopes_;  // of the nodes that there were
  std::size_t next_ = 1;
  int splits_ = 0, depth_ = 0;
};

}  // namespace

Outcome<BoostState> StartGrowing(const Boost& boost, std::span<const double> totals) {
  Taker taker(totals);
  const double rows = taker.Number();
  const double leaves = std::min(std::ldexp(1.0, boost.depth), std::floor(rows / boost.split.least));
  TRY(CheckSize(boost.rules, rows, boost.trees * leaves));
  const auto powers = taker.Part(4);
  TRY(CheckResponse(boost, rows, powers));
  BoostState state{.base = BaseOf(boost, rows, powers[0]), .rows = std::llround(rows)};
  for (const BoostFeature& feature : boost.columns.features)
    state.bins.push_back(ChooseBins(feature, taker.Part(FineCells(feature)),
                                    {.bins = boost.bins, .least = boost.split.least}));
  state.growing.nodes.emplace_back();
  return state;
}

Outcome<Grown> GrowLevel(const Boost& boost, std::span<const double> totals, BoostState* state) {
  Level level(boost, state);
  level.Grow(totals);
  Grown grown{.said = fmt::format("tree {} of {}, level {}: {} splits", state->trees.size() + 1, boost.trees,
                                  level.depth() + 1, level.splits())};
  if (OpenNodes(state->growing) > 0) return grown;
  // Where the next tree is drawn other features or rows, one without a split is no end.
  const bool split = state->growing.nodes.size() > 1 || boost.colsample < 1 || boost.subsample < 1;
  if (!split && state->trees.empty())
    return Refuse("no_split",
                  fmt::format("no split lowers the loss with {} rows on each side", boost.split.least),
                  "name other columns, or lower gamma or min_child_weight", "22023");
  if (split) state->trees.push_back(std::make_shared<const BoostTree>(std::move(state->growing)));
  grown.done = !split || state->trees.size() == static_cast<std::size_t>(boost.trees);
  state->growing.nodes.assign(1, {});
  state->middles.clear();
  return grown;
}

}  // namespace concordat::boosting
