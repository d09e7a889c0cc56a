// The text that XGBoost reads: src/tree/tree_model.cc and doc/model.schema of its sources name the parts.
#include "boosting/xgboost.h"

#include <fmt/format.h>

#include <cfloat>
#include <cmath>
#include <nlohmann/json.hpp>

#include "boosting/model.h"

namespace concordat::boosting {
namespace {

constexpr int kNoParent = 2147483647;

// Where a number is cut: below goes left.
double ThresholdOf(const BoostNode& node, const FeatureBins& bins) {
  std::size_t cut = 0;
  while (cut < bins.known && node.left[cut]) ++cut;
  if (cut == 0) return -FLT_MAX;
  return cut == bins.known ? FLT_MAX : bins.cuts[cut - 1];
}

// Levels that go right. XGBoost knows no empty set: where only missing values do, it is of a level past the
// last.
Json CategoriesOf(const BoostNode& node, const FeatureBins& bins) {
  Json levels = Json::array();
  for (std::size_t level = 0; level < bins.places.size(); ++level)
    if (!node.left[static_cast<std::size_t>(bins.places[level])]) levels.push_back(level);
  if (levels.empty()) levels.push_back(bins.places.size());
  return levels;
}

// The columns of a tree's table, a place a node.
class Table {
 public:
  Table(const BoostModel& model, const BoostTree& tree) : model_(model), tree_(tree) {
    for (const BoostNode& node : tree.nodes) Add(node);
  }

  Json Take(std::size_t id) {
    const std::size_t size = tree_.nodes.size();
    columns_["id"] = id;
    columns_["sum_hessian"] = std::vector<double>(size, 0);
    columns_["parents"] = Parents();
    for (const char* name : {"categories", "categories_nodes", "categories_segments", "categories_sizes"})
      if (!columns_.contains(name)) columns_[name] = Json::array();
    columns_["tree_param"] = {{"num_deleted", "0"},
                              {"num_feature", std::to_string(model_.bins.size())},
                              {"num_nodes", std::to_string(size)},
                              {"size_leaf_vector", "1"}};
    return std::move(columns_);
  }

 private:
  void Add(const BoostNode& node) {
    const bool split = node.kind == BoostNode::Kind::kSplit;
    const bool factor = split && !model_.bins[node.feature].numbers;
    const std::size_t place = next_++;
    columns_["left_children"].push_back(split ? static_cast<int>(node.child) : -1);
    columns_["right_children"].push_back(split ? static_cast<int>(node.child) + 1 : -1);
    columns_["split_indices"].push_back(node.feature);
    columns_["split_type"].push_back(factor ? 1 : 0);
    columns_["default_left"].push_back(split && node.missing_left ? 1 : 0);
    columns_["loss_changes"].push_back(node.gain);
    columns_["base_weights"].push_back(node.weight);
    columns_["split_conditions"].push_back(!split   ? node.weight
                                           : factor ? 0
                                                    : ThresholdOf(node, model_.bins[node.feature]));
    if (factor) AddCategories(place, CategoriesOf(node, model_.bins[node.feature]));
  }

  void AddCategories(std::size_t place, const Json& levels) {
    Json& all = columns_["categories"];
    columns_["categories_nodes"].push_back(place);
    columns_["categories_segments"].push_back(all.size());
    columns_["categories_sizes"].push_back(levels.size());
    for (const Json& level : levels) all.push_back(level);
  }

  Json Parents() const {
    std::vector<int> parents(tree_.nodes.size(), kNoParent);
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
      const BoostNode& node = tree_.nodes[i];
      if (node.kind != BoostNode::Kind::kSplit) continue;
      parents[node.child] = parents[node.child + 1] = static_cast<int>(i);
    }
    return parents;
  }

  const BoostModel& model_;
  const BoostTree& tree_;
  Json columns_ = Json::object();
  std::size_t next_ = 0;
};

Json ObjectiveJson(const Json& model, const BoostModel& read) {
  Json json{{"name", read.objective.xgboost_name()}};
  if (read.objective.kind == Objective::Kind::kCount)
    json["poisson_regression_param"] = {
        {"max_delta_step", fmt::format("{}", model.value("max_delta_step", 0.7))}};
  else
    json["reg_loss_param"] = {{"scale_pos_weight", "1"}};
  return json;
}

Json BoosterJson(const BoostModel& read) {
  Json trees = Json::array(), ends = Json::array({0});
  for (std::size_t i = 0; i < read.trees.size(); ++i) {
    trees.push_back(Table(read, read.trees[i]).Take(i));
    ends.push_back(i + 1);
  }
  return {{"name", "gbtree"},
          {"model",
           {{"gbtree_model_param", {{"num_parallel_tree", "1"}, {"num_trees", std::to_string(trees.size())}}},
            {"iteration_indptr", std::move(ends)},
            {"tree_info", std::vector<int>(read.trees.size(), 0)},
            {"trees", std::move(trees)}}}};
}

}  // namespace

Result<Json> XgboostJson(const Json& model) {
  const BoostModel read = TRY(ReadBoostModel(model));
  Json names = Json::array(), types = Json::array();
  for (const BoostFeature& feature : read.columns.features) {
    names.push_back(feature.name);
    types.push_back(feature.levels.empty() ? "float" : "c");
  }
  return Json{{"version", {2, 0, 0}},
              {"learner",
               {{"attributes", Json::object()},
                {"feature_names", std::move(names)},
                {"feature_types", std::move(types)},
                {"gradient_booster", BoosterJson(read)},
                {"learner_model_param",
                 {{"base_score", fmt::format("{:.9g}", read.base_score)},
                  {"boost_from_average", "1"},
                  {"num_class", "0"},
                  {"num_feature", std::to_string(read.bins.size())},
                  {"num_target", "1"}}},
                {"objective", ObjectiveJson(model, read)}}}};
}

}  // namespace concordat::boosting
