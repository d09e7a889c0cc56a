// Boosted trees: each round is a level of a tree, as sums of gradients and hessians over all members' rows.
// Source: Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System" (2016).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/boost_grow.h"
#include "learning/boost_model.h"
#include "learning/boost_sums.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/options.h"

namespace concordat::learning {
namespace {

constexpr double kMostNumbers = 1 << 21;  // of a round

std::vector<Output> TableColumns() {
  return {{"feature", Type::kText},
          {"splits", Type::kInteger},
          {"gain", Type::kNumber},
          {"share", Type::kNumber}};
}

// A row a feature: how many splits are by it, and what they gain together.
Fitted TableOf(const Boost& boost, const BoostState& state) {
  const auto& features = boost.columns.features;
  std::vector<double> gains(features.size(), 0);
  std::vector<std::int64_t> splits(features.size(), 0);
  double all = 0;
  for (const BoostTree& tree : state.trees) {
    for (const BoostNode& node : tree.nodes) {
      if (node.kind != BoostNode::Kind::kSplit) continue;
      gains[node.feature] += node.gain;
      splits[node.feature] += 1;
      all += node.gain;
    }
  }
  Fitted fitted{.columns = TableColumns(), .rows = {}, .model = BoostModelOf(boost, state)};
  for (std::size_t i = 0; i < features.size(); ++i)
    fitted.rows.push_back({features[i].name, splits[i], gains[i], gains[i] / all});
  return fitted;
}

class BoostMethod final : public ExactMethod {
 public:
  explicit BoostMethod(Boost boost) : boost_(std::move(boost)) {}

  std::vector<Output> Outputs() const override { return TableColumns(); }
  std::vector<std::string> Columns() const override { return boost_.columns.columns; }
  Json Start() const override { return ToJson(MaybeBoostState()); }

  Result<std::size_t> Length(const Json& json) const override {
    return LengthOf(boost_, TRY(ReadBoostState(boost_, json)));
  }

  Result<Sums> Add(const Rows& rows, const Json& json) const override {
    std::unique_ptr<Kept> kept;
    return AddAgain(rows, json, kept);
  }

  Result<Sums> AddAgain(const Rows& rows, const Json& json, std::unique_ptr<Kept>& kept) const override {
    const MaybeBoostState state = TRY(ReadBoostState(boost_, json));
    if (dynamic_cast<BoostRows*>(kept.get()) == nullptr) kept = std::make_unique<BoostRows>(boost_, rows);
    auto& own = dynamic_cast<BoostRows&>(*kept);
    Sums sums;
    sums.numbers = state ? TRY(own.Grow(*state)) : own.Count();
    sums.effective_rows = static_cast<double>(own.size());
    return sums;
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals) const override {
    auto read = ReadBoostState(boost_, json);
    if (!read) return RefuseState(read.error());
    if (totals.size() != LengthOf(boost_, *read))
      return RefuseState({.message = "the totals are not those of the state"});
    Step step;
    MaybeBoostState state = *std::move(read);
    if (!state) {
      state = TRY(StartGrowing(boost_, totals));
      step.said =
          fmt::format("rows counted: {} cells of {} features", CellsOf(state->bins), state->bins.size());
    } else {
      Grown grown = TRY(GrowLevel(boost_, totals, &*state));
      step.said = std::move(grown.said);
      if (grown.done) {
        step.fitted = TableOf(boost_, *state);
        return step;
      }
    }
    step.state = ToJson(state);
    if (!ReadBoostState(boost_, step.state)) return RefuseState({.message = "the totals lead to no state"});
    return step;
  }

 private:
  Boost boost_;
};

Outcome<Objective> ObjectiveOf(Options& options) {
  const std::string name = TRY(options.Choice("objective", {"binary", "regression", "count"}));
  Objective objective;
  if (name == "regression") objective.kind = Objective::Kind::kRegression;
  if (name == "count") objective.kind = Objective::Kind::kCount;
  objective.max_delta_step = name == "count" ? 0.7 : 0;
  objective.max_delta_step = TRY(options.Number("max_delta_step", objective.max_delta_step, 0, 100));
  return objective;
}

Outcome<void> CheckRange(const Boost& boost) {
  const auto [low, high] = boost.columns.response_range;
  const bool held = boost.objective.kind == Objective::Kind::kRegression ||
                    (low >= 0 && (high <= 1 || boost.objective.kind == Objective::Kind::kCount));
  if (held) return {};
  return Refuse(
      "response_out_of_range",
      fmt::format("the response is declared from {} to {}, which {} does not take", low, high,
                  boost.objective.xgboost_name()),
      "name a column with two levels for binary, counts for count, or write objective => 'regression'",
      "22023");
}

// What a round at most carries, and a state.
Outcome<void> CheckExtent(const Boost& boost) {
  double cells = 0;
  for (const BoostFeature& feature : boost.columns.features)
    cells += static_cast<double>(feature.levels.empty() ? static_cast<std::size_t>(boost.bins)
                                                        : feature.levels.size()) +
             1;
  if (3 * cells * std::ldexp(1.0, boost.depth - 1) > kMostNumbers ||
      boost.trees * std::ldexp(1.0, boost.depth) > kMostLeaves)
    return Refuse("too_many_terms", "so many features, bins, trees and levels are more than a round carries",
                  "ask for less depth, fewer bins or fewer trees", "54000");
  return {};
}

Outcome<Boost> BindBoost(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  Boost boost{.rules = rules};
  boost.objective = TRY(ObjectiveOf(options));
  boost.trees = TRY(options.Whole("trees", 100, 1, 1000));
  boost.depth = TRY(options.Whole("depth", 6, 1, 10));
  boost.bins = TRY(options.Whole("bins", 64, 2, kMostBins));
  boost.eta = TRY(options.Number("eta", 0.3, 1e-6, 1));
  boost.split.lambda = TRY(options.Number("lambda", 1, 0, 1e9));
  boost.split.gamma = TRY(options.Number("gamma", 0, 0, 1e9));
  boost.split.min_child_weight = TRY(options.Number("min_child_weight", 1, 0, 1e9));
  boost.split.max_delta_step = boost.objective.max_delta_step;
  boost.split.least = std::max(1.0, rules.minimum_cell);
  const double base = TRY(options.Number("base_score", NAN, -1e15, 1e15));
  TRY(options.End());
  boost.columns = TRY(BindBoostColumns(call.formula, schema));
  if (!std::isnan(base)) boost.base_score = base;
  if (boost.base_score && !HasMean(boost.objective, base))
    return Refuse("option_invalid", fmt::format("base_score => {} is no mean of the objective", base),
                  "write a mean that the response can have, or leave it out", "22023");
  TRY(CheckRange(boost));
  TRY(CheckExtent(boost));
  return boost;
}

}  // namespace

Made MakeBoost(const Call& call, const Schema& schema, const Rules& rules) {
  return std::make_unique<BoostMethod>(TRY(BindBoost(call, schema, rules)));
}

}  // namespace concordat::learning
