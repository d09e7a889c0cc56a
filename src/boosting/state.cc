#include "boosting/state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "learning/state.h"

namespace concordat::boosting {
namespace {

constexpr Bounds kMargins{-1e15, 1e15};
constexpr double kMostRows = 0x1p31 - 1;

Json TextOf(const BoostTree& tree, const BoostBins& bins) { return ToJson(tree, bins).dump(); }

}  // namespace

Result<BoostTree> ReadTreeText(const Json& text, const BoostBins& bins, int depth) {
  if (!text.is_string()) return WrongState("a tree of the state is no text");
  const Json tree = Json::parse(text.get_ref<const std::string&>(), nullptr, false);
  return ReadTree(tree, bins, {.depth = depth});
}

Result<BoostBins> KnownParts::Bins(const Json& json, const std::vector<BoostFeature>& features, int most) {
  const std::scoped_lock lock(mutex_);
  if (read_ != json || read_.is_null()) {
    bins_ = TRY(ReadBins(json, features, most));
    read_ = json;
  }
  return bins_;
}

Result<BoostTrees> KnownParts::Trees(const Json& texts, const BoostBins& bins, int depth) {
  const std::scoped_lock lock(mutex_);
  std::size_t known = of_ == bins ? std::min(texts_.size(), texts.size()) : 0;
  known = static_cast<std::size_t>(
      std::mismatch(texts_.begin(), texts_.begin() + static_cast<std::ptrdiff_t>(known), texts.begin())
          .first -
      texts_.begin());
  texts_.resize(known);
  trees_.resize(known);
  of_ = bins;
  for (std::size_t i = known; i < texts.size(); ++i) {
    trees_.push_back(std::make_shared<const BoostTree>(TRY(ReadTreeText(texts[i], bins, depth))));
    texts_.push_back(texts[i]);
  }
  return trees_;
}

Json ToJson(const MaybeBoostState& state) {
  if (!state) return Json{{"stage", "count"}};
  Json trees = Json::array();
  for (const auto& tree : state->trees) trees.push_back(TextOf(*tree, state->bins));
  Json json{{"stage", "grow"},
            {"base", state->base},
            {"bins", ToJson(state->bins)},
            {"trees", std::move(trees)},
            {"growing", ToJson(state->growing, state->bins)}};
  if (state->rows > 0) json["rows"] = state->rows;
  if (!state->middles.empty()) json["middles"] = state->middles;
  return json;
}

Result<MaybeBoostState> ReadGrowing(const Boost& boost, const Json& json, KnownParts& known) {
  if (!json.is_object() || !json.contains("stage")) return WrongState("the state has no stage");
  if (json["stage"] == "count") {
    if (json.size() != 1) return WrongState("the state of the first round has more than its stage");
    return MaybeBoostState();
  }
  for (const char* part : {"bins", "trees", "growing"})
    if (json["stage"] != "grow" || !json.contains(part)) return WrongState("the state lacks a part");
  BoostState state;
  state.base = TRY(NumberOf(json, "base", kMargins));
  if (json.contains("rows")) state.rows = TRY(WholeOf(json, "rows", {1, kMostRows}));
  state.bins = TRY(known.Bins(json["bins"], boost.columns.features, boost.bins));
  const Json& trees = json["trees"];
  if (!trees.is_array() || trees.size() >= static_cast<std::size_t>(boost.trees))
    return WrongState("the state has more trees than were asked for");
  state.trees.resize(trees.size());
  state.growing = TRY(ReadTree(json["growing"], state.bins, {.depth = boost.depth, .grows = true}));
  if (OpenNodes(state.growing) == 0) return WrongState("no node of the state grows");
  const auto splits = static_cast<Eigen::Index>(SplitsOf(state.growing));
  if (!boost.split.monotone.empty() && splits > 0) {
    const Eigen::VectorXd middles = TRY(VectorOf(json, "middles", splits, kMargins));
    state.middles.assign(middles.begin(), middles.end());
  }
  return MaybeBoostState(std::move(state));
}

Result<MaybeBoostState> ReadBoostState(const Boost& boost, const Json& json, KnownParts& known) {
  MaybeBoostState state = TRY(ReadGrowing(boost, json, known));
  if (state) state->trees = TRY(known.Trees(json["trees"], state->bins, boost.depth));
  return state;
}

Json GrownJson(const Json& before, const BoostState& state) {
  Json json = before;
  json["growing"] = ToJson(state.growing, state.bins);
  json.erase("middles");
  if (!state.middles.empty()) json["middles"] = state.middles;
  for (std::size_t i = json["trees"].size(); i < state.trees.size(); ++i)
    json["trees"].push_back(TextOf(*state.trees[i], state.bins));
  return json;
}

std::size_t LengthOf(const Boost& boost, const MaybeBoostState& state) {
  if (state) return 3 * CellsOf(state->bins) * OpenNodes(state->growing);
  std::size_t length = 5;
  for (const BoostFeature& feature : boost.columns.features) length += FineCells(feature);
  return length;
}

std::size_t CellsOf(const BoostBins& bins) {
  std::size_t cells = 0;
  for (const FeatureBins& each : bins) cells += each.cells();
  return cells;
}

std::size_t OpenNodes(const BoostTree& tree) {
  return static_cast<std::size_t>(
      std::count_if(tree.nodes.begin(), tree.nodes.end(),
                    [](const BoostNode& node) { return node.kind == BoostNode::Kind::kOpen; }));
}

std::size_t SplitsOf(const BoostTree& tree) {
  return static_cast<std::size_t>(
      std::count_if(tree.nodes.begin(), tree.nodes.end(),
                    [](const BoostNode& node) { return node.kind == BoostNode::Kind::kSplit; }));
}

Scale ResponseScale(const Boost& boost) { return ScaleOf(boost.columns.response_range, true); }

}  // namespace concordat::boosting
