#include "boosting/model.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "boosting/packed.h"
#include "learning/state.h"

namespace concordat::boosting {
namespace {

constexpr int kDeepest = 10;

tl::unexpected<Error> Wrong(const char* what) {
  return Fail(ErrorCode::kInvalidArgument, what, "name a model that boost made");
}

Json FeatureJson(const BoostFeature& feature, const FeatureBins& bins) {
  Json json{{"name", feature.name}, {"places", bins.places}, {"missing", bins.missing}};
  if (feature.levels.empty())
    json["range"] = {feature.range.first, feature.range.second};
  else
    json["levels"] = feature.levels;
  return json;
}

Result<BoostFeature> ReadFeature(const Json& json) {
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string())
    return Wrong("a feature has no name");
  BoostFeature feature{.name = json["name"].get<std::string>(), .of = {}, .levels = {}, .range = {}};
  const auto formula = ParseFormula("~ " + feature.name);
  if (!formula || formula->variables.size() != 1) return Wrong("a feature's name is no term");
  feature.of = formula->variables.front().of;
  if (!json.contains("levels")) {
    const Eigen::VectorXd range = TRY(VectorOf(json, "range", 2, {-1e300, 1e300}));
    if (!(range[0] < range[1])) return Wrong("a feature's range has no width");
    feature.range = {range[0], range[1]};
    return feature;
  }
  if (!json["levels"].is_array() || json["levels"].empty()) return Wrong("a feature has no levels");
  for (const Json& level : json["levels"]) {
    if (!level.is_string()) return Wrong("a level is no text");
    feature.levels.push_back(level.get<std::string>());
  }
  return feature;
}

Result<Objective> ReadObjective(const Json& model) {
  using Kind = Objective::Kind;
  for (const Kind kind : {Kind::kBinary, Kind::kRegression, Kind::kCount})
    if (model.contains("objective") && model["objective"] == Objective{.kind = kind}.xgboost_name())
      return Objective{.kind = kind};
  return Wrong("the model has no objective");
}

}  // namespace

Json BoostModelOf(const Boost& boost, const BoostState& state) {
  Json features = Json::array(), trees = Json::array();
  for (std::size_t i = 0; i < state.bins.size(); ++i)
    features.push_back(FeatureJson(boost.columns.features[i], state.bins[i]));
  for (const auto& tree : state.trees) trees.push_back(ToJson(*tree, state.bins));
  return Json{{"method", "boost"},
              {"formula", ToText(boost.columns.formula)},
              {"call", boost.call},
              {"columns", boost.columns.declared},
              {"objective", boost.objective.xgboost_name()},
              {"response_levels", boost.columns.response_levels},
              {"base_score", MeanOf(boost.objective, state.base)},
              {"eta", boost.eta},
              {"lambda", boost.split.lambda},
              {"gamma", boost.split.gamma},
              {"min_child_weight", boost.split.min_child_weight},
              {"max_delta_step", boost.split.max_delta_step},
              {"features", std::move(features)},
              {"trees", std::move(trees)}};
}

Result<BoostModel> ReadBoostModel(const Json& model) {
  if (!model.is_object() || model.value("method", Json()) != "boost")
    return Wrong("the model is not of boost");
  BoostModel read;
  read.objective = TRY(ReadObjective(model));
  read.base_score = TRY(NumberOf(model, "base_score", {-1e15, 1e15}));
  if (!HasMean(read.objective, read.base_score)) return Wrong("base_score is no mean of the objective");
  for (const char* part : {"features", "trees"})
    if (!model.contains(part) || !model[part].is_structured() || model[part].empty())
      return Wrong("the model lacks a part");
  if (!model["features"].is_array()) return Wrong("the model's features are no list");
  for (const Json& feature : model["features"]) read.columns.features.push_back(TRY(ReadFeature(feature)));
  std::set<std::string> names;
  for (const BoostFeature& feature : read.columns.features) AddColumns(feature.of, names);
  read.columns.columns.assign(names.begin(), names.end());
  read.bins = TRY(ReadBins(model["features"], read.columns.features, kMostBins));
  if (model["trees"].is_object()) {
    read.trees = TRY(UnpackTrees(model["trees"], read.bins, kDeepest));
    return read;
  }
  for (const Json& tree : model["trees"])
    read.trees.push_back(TRY(ReadTree(tree, read.bins, {.depth = kDeepest})));
  return read;
}

Eigen::ArrayXd PredictBoost(const BoostModel& model, const Rows& rows) {
  const auto size = static_cast<Eigen::Index>(rows.size());
  std::vector<Eigen::ArrayXd> values;
  for (const BoostFeature& feature : model.columns.features) values.push_back(Values(feature.of, rows));
  Eigen::ArrayXd means(size);
  const double base = MarginOf(model.objective, model.base_score);
  std::vector<std::size_t> cells(model.bins.size());
  for (Eigen::Index row = 0; row < size; ++row) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      cells[i] = model.bins[i].CellOf(std::isfinite(values[i][row]) ? values[i][row] : NAN);
    double margin = base;
    for (const BoostTree& tree : model.trees) margin += tree.nodes[NodeOf(tree, cells)].weight;
    means[row] = MeanOf(model.objective, margin);
  }
  return means;
}

}  // namespace concordat::boosting
