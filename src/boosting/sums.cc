#include "boosting/sums.h"

#include <algorithm>
#include <cmath>

#include "boosting/grid.h"
#include "boosting/random.h"
#include "learning/state.h"

namespace concordat::boosting {
namespace {

constexpr std::uint32_t kLeftOut = ~std::uint32_t{0};  // in place of a node

}  // namespace

BoostRows::BoostRows(const Boost& boost, const Rows& rows) : boost_(boost) {
  const Eigen::ArrayXd responses = ResponsesOf(boost.columns, rows);
  std::vector<Eigen::Index> known;
  for (Eigen::Index i = 0; i < responses.size(); ++i)
    if (std::isfinite(responses[i])) known.push_back(i);
  for (const Eigen::Index i : known) responses_.push_back(responses[i]);
  for (const BoostFeature& feature : boost.columns.features) {
    const Eigen::ArrayXd values = Values(feature.of, rows);
    auto& kept = features_.emplace_back();
    kept.reserve(known.size());
    for (const Eigen::Index i : known) kept.push_back(std::isfinite(values[i]) ? values[i] : NAN);
  }
  if (boost.subsample == 1) return;
  for (std::size_t row = 0; row < size(); ++row) {
    std::uint64_t mark = MarkOf(0, responses_[row]);
    for (const auto& values : features_) mark = MarkOf(mark, values[row]);
    marks_.push_back(mark);
  }
}

void BoostRows::LeaveOut(const BoostState& state) {
  if (marks_.empty()) return;
  const RowDraws draws(boost_.subsample, boost_.seed, state.trees.size());
  for (std::size_t row = 0; row < size(); ++row)
    if (!draws.Draws(marks_[row])) nodes_[row] = kLeftOut;
}

std::vector<double> BoostRows::Count() const {
  std::vector<double> numbers = {static_cast<double>(size()), 0, 0, 0, 0};
  const Scale scale = ResponseScale(boost_);
  for (const double response : responses_) {
    double power = 1;
    for (std::size_t k = 1; k <= 4; ++k) numbers[k] += power *= (response - scale.centre) / scale.half;
  }
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const BoostFeature& feature = boost_.columns.features[i];
    std::vector<double> counts(FineCells(feature), 0);
    CountFinely(feature, features_[i], counts);
    numbers.insert(numbers.end(), counts.begin(), counts.end());
  }
  return numbers;
}

// Brings every row to its node of a tree.
void BoostRows::PlaceIn(const BoostTree& tree) {
  const std::size_t features = features_.size();
  for (std::size_t row = 0; row < size(); ++row) {
    nodes_[row] = static_cast<std::uint32_t>(NodeOf(tree, &cells_[row * features]));
  }
}

// Cells and margins at the state; what is kept is taken up where the state goes on from it.
void BoostRows::Follow(const BoostState& state) {
  if (bins_ != state.bins || cells_.empty()) {
    bins_ = state.bins;
    trees_.clear();
    base_ = NAN;
    cells_.assign(size() * features_.size(), 0);
    for (std::size_t i = 0; i < features_.size(); ++i)
      for (std::size_t row = 0; row < size(); ++row)
        cells_[row * features_.size() + i] = static_cast<std::uint16_t>(bins_[i].CellOf(features_[i][row]));
    nodes_.assign(size(), 0);
  }
  const auto same = [](const auto& a, const auto& b) { return a == b || *a == *b; };
  const bool goes_on = base_ == state.base && trees_.size() <= state.trees.size() &&
                       std::equal(trees_.begin(), trees_.end(), state.trees.begin(), same);
  if (!goes_on) {
    base_ = state.base;
    trees_.clear();
    margins_.assign(size(), base_);
  }
  while (trees_.size() < state.trees.size()) {
    trees_.push_back(state.trees[trees_.size()]);
    const BoostTree& tree = *trees_.back();
    PlaceIn(tree);
    for (std::size_t row = 0; row < size(); ++row) margins_[row] += tree.nodes[nodes_[row]].weight;
  }
}

Result<std::vector<double>> BoostRows::Grow(const BoostState& state) {
  if (state.rows < static_cast<std::int64_t>(size())) return WrongState("the state counts too few rows");
  Follow(state);
  PlaceIn(state.growing);
  LeaveOut(state);
  std::vector<std::size_t> first, open(state.growing.nodes.size(), 0);
  std::size_t width = 0, next = 0;
  for (const FeatureBins& bins : bins_) {
    first.push_back(width);
    width += bins.cells();
  }
  for (std::size_t i = 0; i < open.size(); ++i)
    if (state.growing.nodes[i].kind == BoostNode::Kind::kOpen) open[i] = width * next++;
  const BoostGrid grid = GridOf(boost_, state.rows);
  std::vector<Uint128> sums(width * next);
  for (std::size_t row = 0; row < size(); ++row) {
    if (nodes_[row] == kLeftOut || state.growing.nodes[nodes_[row]].kind != BoostNode::Kind::kOpen) continue;
    const auto packed = grid.Packed(GradientOf(boost_.objective, margins_[row], responses_[row]));
    if (!packed)
      return Fail(ErrorCode::kResourceExhausted, "predictions run far out of the response's range",
                  "lower eta or max_delta_step");
    Uint128* const node = &sums[open[nodes_[row]]];
    const std::uint16_t* const cells = &cells_[row * first.size()];
    for (std::size_t i = 0; i < first.size(); ++i) node[first[i] + cells[i]] += *packed;
  }
  return FromIntegers(grid.slots(), std::vector<Int128>(sums.begin(), sums.end()));
}

}  // namespace concordat::boosting
