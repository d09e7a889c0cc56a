#include "boosting/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "boosting/model.h"
#include "learning/coefficient_table.h"

namespace concordat::boosting {
namespace {

constexpr double kMostCells = 1 << 20;  // of a round

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

tl::unexpected<Refusal> NoMonotone(const std::string& part, const std::string& why) {
  return Refuse("monotone_invalid", fmt::format("monotone => '{}' {}", part, why),
                "write terms that are numbers, each with +1 (rising), -1 (falling) or 0: 'age:+1, dose:-1'",
                "22023");
}

// "age:+1, dose:-1".
Outcome<std::vector<int>> MonotoneOf(const std::string& text, const std::vector<BoostFeature>& features) {
  std::vector<int> monotone(features.size(), 0);
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    std::erase(part, ' ');
    const std::size_t colon = std::min(part.rfind(':'), part.size());
    const std::string name = part.substr(0, colon), sign = part.substr(std::min(colon + 1, part.size()));
    const auto feature = std::find_if(features.begin(), features.end(), [&](const BoostFeature& each) {
      std::string written = each.name;
      std::erase(written, ' ');
      return written == name;
    });
    if (feature == features.end()) return NoMonotone(part, "names no term of the formula");
    if (!feature->levels.empty()) return NoMonotone(part, "is of levels, which neither rise nor fall");
    if (sign != "+1" && sign != "1" && sign != "-1" && sign != "0")
      return NoMonotone(part, "has no such sign");
    monotone[static_cast<std::size_t>(feature - features.begin())] = std::stoi(sign);
  }
  return monotone;
}

// What a round at most carries, and a state.
Outcome<void> CheckExtent(const Boost& boost) {
  double cells = 0;
  for (const BoostFeature& feature : boost.columns.features)
    cells += static_cast<double>(feature.levels.empty() ? static_cast<std::size_t>(boost.bins)
                                                        : feature.levels.size()) +
             1;
  if (cells * std::ldexp(1.0, boost.depth - 1) > kMostCells ||
      boost.trees * std::ldexp(1.0, boost.depth) > kMostLeaves)
    return Refuse("too_many_terms", "so many features, bins, trees and levels are more than a round carries",
                  "ask for less depth, fewer bins or fewer trees", "54000");
  return {};
}

}  // namespace

Outcome<Boost> BindBoost(const Call& call, const Schema& schema, const Rules& rules, Options& options,
                         const BoostDefaults& defaults) {
  Boost boost{.call = ToJson(call), .columns = {}, .rules = rules};
  boost.objective = TRY(ObjectiveOf(options));
  boost.trees = TRY(options.Whole("trees", defaults.trees, 1, 1000));
  boost.depth = TRY(options.Whole("depth", defaults.depth, 1, 10));
  boost.bins = TRY(options.Whole("bins", defaults.bins, 2, kMostBins));
  boost.eta = TRY(options.Number("eta", defaults.eta, 1e-6, 1));
  boost.split.lambda = TRY(options.Number("lambda", 1, 0, 1e9));
  boost.split.gamma = TRY(options.Number("gamma", 0, 0, 1e9));
  boost.split.min_child_weight = TRY(options.Number("min_child_weight", 1, 0, 1e9));
  boost.split.max_delta_step = boost.objective.max_delta_step;
  boost.split.least = std::max(1.0, rules.minimum_cell);
  std::string monotone;
  if (defaults.chooses) {
    monotone = TRY(options.Text("monotone", ""));
    boost.subsample = TRY(options.Number("subsample", 1, 1e-6, 1));
    boost.colsample = TRY(options.Number("colsample", 1, 1e-6, 1));
    boost.seed = static_cast<std::uint64_t>(TRY(options.Whole("seed", 1, 0, 2147483647)));
  }
  const double base = TRY(options.Number("base_score", NAN, -1e15, 1e15));
  TRY(options.End());
  boost.columns = TRY(BindBoostColumns(call.formula, schema));
  if (!monotone.empty()) boost.split.monotone = TRY(MonotoneOf(monotone, boost.columns.features));
  if (!std::isnan(base)) boost.base_score = base;
  if (boost.base_score && !HasMean(boost.objective, base))
    return Refuse("option_invalid", fmt::format("base_score => {} is no mean of the objective", base),
                  "write a mean that the response can have, or leave it out", "22023");
  TRY(CheckRange(boost));
  TRY(CheckExtent(boost));
  return boost;
}

std::vector<Output> BoostTableColumns() {
  return {{"feature", Type::kText},
          {"splits", Type::kInteger},
          {"gain", Type::kNumber},
          {"share", Type::kNumber}};
}

Fitted BoostTableOf(const Boost& boost, const BoostState& state) {
  const auto& features = boost.columns.features;
  std::vector<double> gains(features.size(), 0);
  std::vector<std::int64_t> splits(features.size(), 0);
  double all = 0;
  for (const auto& tree : state.trees) {
    for (const BoostNode& node : tree->nodes) {
      if (node.kind != BoostNode::Kind::kSplit) continue;
      gains[node.feature] += node.gain;
      splits[node.feature] += 1;
      all += node.gain;
    }
  }
  Fitted fitted{.columns = BoostTableColumns(), .rows = {}, .model = BoostModelOf(boost, state)};
  for (std::size_t i = 0; i < features.size(); ++i)
    fitted.rows.push_back({features[i].name, splits[i], all > 0 ? Value(gains[i]) : Null(),
                           all > 0 ? Value(gains[i] / all) : Null()});
  return fitted;
}

}  // namespace concordat::boosting
