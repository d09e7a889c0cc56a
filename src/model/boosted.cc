#include "model/boosted.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/check.h"
#include "boosting/model.h"
#include "model/arithmetic.h"
#include "model/fields.h"
#include "model/link.h"
#include "model/matrix.h"
#include "sql/bind_type.h"
#include "sql/operation.h"

namespace concordat::model {
namespace {

using boosting::BoostNode;
using boosting::BoostTree;
using boosting::FeatureBins;
using sql::Op;

constexpr catalogue::Range kAnyNumber{-1e300, 1e300};
const std::vector<std::string> kNoLevels;

// The least double that is not below `cut` once it is rounded to single precision, in which trees compare.
double ThresholdOf(float cut) {
  const float before = std::nextafter(cut, -INFINITY);
  const double middle = (static_cast<double>(before) + static_cast<double>(cut)) / 2;  // exact
  return static_cast<float>(middle) < cut ? std::nextafter(middle, INFINITY) : middle;
}

learning::Link LinkOf(const boosting::Objective& objective) {
  switch (objective.kind) {
    case boosting::Objective::Kind::kBinary:
      return learning::Link::kLogit;
    case boosting::Objective::Kind::kRegression:
      return learning::Link::kIdentity;
    case boosting::Objective::Kind::kCount:
      return learning::Link::kLog;
  }
  CHECK(false);
}

class Boosted final : public Score {
 public:
  Boosted(boosting::BoostModel model, std::vector<learning::Field> inputs)
      : model_(std::move(model)), inputs_(std::move(inputs)) {}

  // Features are named, so that trees only compare; trees are, so that what is made of their sum does not
  // write them out again.
  sql::Expr Of(const std::vector<sql::Expr>& inputs) const override {
    return sql::Let(FeaturesOf(inputs), [&](const std::vector<sql::Expr>& features) {
      std::vector<sql::Expr> trees;
      for (const BoostTree& tree : model_.trees) trees.push_back(OfNode(tree, 0, features));
      return sql::Let(std::move(trees), [&](std::vector<sql::Expr> leaves) {
        leaves.insert(leaves.begin(), Constant(boosting::MarginOf(model_.objective, model_.base_score)));
        return MeanOf(LinkOf(model_.objective), SumOf(std::move(leaves)));
      });
    });
  }

 private:
  std::vector<sql::Expr> FeaturesOf(const std::vector<sql::Expr>& inputs) const {
    const Columns columns = Named(inputs_, inputs);
    std::vector<sql::Expr> features;
    for (std::size_t i = 0; i < model_.bins.size(); ++i) {
      const boosting::BoostFeature& feature = model_.columns.features[i];
      features.push_back(feature.levels.empty()
                             ? Number(feature, columns)
                             : CellOf(columns.at(feature.of.name), feature.levels, model_.bins[i]));
    }
    return features;
  }

  // What is no number is missing.
  static sql::Expr Number(const boosting::BoostFeature& feature, const Columns& columns) {
    sql::Expr value = Arithmetic(feature.of, columns);
    return value.range ? value : sql::Clipped(std::move(value), kAnyNumber);
  }

  static sql::Expr Cell(std::int64_t cell) { return sql::Literal(Value(cell), Type::kInteger); }

  // NULL where the level is missing, or none of those there are.
  static sql::Expr CellOf(const sql::Expr& text, const std::vector<std::string>& levels,
                          const FeatureBins& bins) {
    std::vector<sql::Expr> args;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      args.push_back(
          sql::Operation(Op::kEqual, Type::kBoolean, {text, sql::Literal(Value(levels[i]), Type::kText)}));
      args.push_back(Cell(bins.places[i]));
    }
    args.push_back(sql::NullOf(Type::kInteger));
    return sql::Operation(Op::kCase, Type::kInteger, std::move(args), true);
  }

  sql::Expr OfNode(const BoostTree& tree, std::size_t place, const std::vector<sql::Expr>& features) const {
    const BoostNode& node = tree.nodes[place];
    if (node.kind == BoostNode::Kind::kLeaf) return Constant(node.weight);
    const FeatureBins& bins = model_.bins[node.feature];
    const sql::Expr& feature = features[node.feature];
    const bool missing = node.left.back();
    sql::Expr with_missing = OfNode(tree, node.child + (missing ? 0 : 1), features);
    auto test = bins.numbers ? LeavesMissing(node, bins, feature) : IsAmong(node, bins, feature);
    if (!test) return with_missing;
    sql::Expr branch = sql::Operation(
        Op::kCase, Type::kNumber,
        {*std::move(test), OfNode(tree, node.child + (missing ? 1 : 0), features), std::move(with_missing)});
    branch.nullable = false;  // of NULL no test is true
    return branch;
  }

  // Whether a known number goes another way than missing ones; nothing where none does.
  static std::optional<sql::Expr> LeavesMissing(const BoostNode& node, const FeatureBins& bins,
                                                const sql::Expr& number) {
    const auto end = node.left.begin() + static_cast<std::ptrdiff_t>(bins.known);
    const auto cut = static_cast<std::size_t>(std::count(node.left.begin(), end, true));
    const bool missing = node.left.back();
    if (cut == 0 || cut == bins.known) {
      if ((cut > 0) == missing) return {};
      return sql::Operation(Op::kIsNotNull, Type::kBoolean, {number});
    }
    return sql::Operation(missing ? Op::kGreaterEqual : Op::kLess, Type::kBoolean,
                          {number, Constant(ThresholdOf(bins.cuts[cut - 1]))});
  }

  // The same of a cell, by runs of cells: of a list of them the engine would make a table to join.
  static std::optional<sql::Expr> IsAmong(const BoostNode& node, const FeatureBins& bins,
                                          const sql::Expr& cell) {
    std::vector<sql::Expr> runs;
    const auto leaves = [&](std::size_t i) { return i < bins.known && node.left[i] != node.left.back(); };
    for (std::size_t first = 0; first < bins.known; ++first) {
      if (!leaves(first)) continue;
      std::size_t last = first;
      while (leaves(last + 1)) ++last;
      runs.push_back(Run(cell, static_cast<std::int64_t>(first), static_cast<std::int64_t>(last)));
      first = last;
    }
    if (runs.empty()) return {};
    if (runs.size() == 1) return std::move(runs.front());
    return sql::Operation(Op::kOr, Type::kBoolean, std::move(runs));
  }

  static sql::Expr Run(const sql::Expr& cell, std::int64_t first, std::int64_t last) {
    if (first == last) return sql::Operation(Op::kEqual, Type::kBoolean, {cell, Cell(first)});
    return sql::Operation(Op::kAnd, Type::kBoolean,
                          {sql::Operation(Op::kGreaterEqual, Type::kBoolean, {cell, Cell(first)}),
                           sql::Operation(Op::kLessEqual, Type::kBoolean, {cell, Cell(last)})});
  }

  boosting::BoostModel model_;
  std::vector<learning::Field> inputs_;
};

// A feature with levels is an input, and has its levels; others are of numbers. Of each input there is one.
Result<void> CheckInputs(const boosting::BoostModel& model, const std::vector<learning::Field>& inputs) {
  std::set<std::string> names;
  for (const learning::Field& input : inputs) names.insert(input.name);
  const std::vector<std::string>& read = model.columns.columns;
  if (names != std::set(read.begin(), read.end())) return WrongModel("its features are not of its inputs");
  for (const boosting::BoostFeature& feature : model.columns.features) {
    const bool plain = feature.of.kind == learning::Expr::Kind::kColumn;
    std::set<std::string> columns;
    AddColumns(feature.of, columns);
    bool fits = plain || feature.levels.empty();
    for (const std::string& column : columns)
      fits = fits && learning::Find(inputs, column)->levels == (plain ? feature.levels : kNoLevels);
    if (!fits) return WrongModel(fmt::format("its feature {} has not its input's levels", feature.name));
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Score>> ReadBoosted(const Json& json,
                                                 const std::vector<learning::Field>& inputs) {
  const Json* part = TRY(FieldOf(json, "boost"));
  TRY(CheckFields(*part, "boost", {"objective", "base_score", "features", "trees"}));
  if (part->contains("features") && (*part)["features"].is_array()) {
    for (const Json& feature : (*part)["features"])
      TRY(CheckFields(feature, "a feature", {"name", "levels", "range", "places", "missing"}));
  }
  Json whole = *part;
  whole["method"] = "boost";
  auto model = boosting::ReadBoostModel(whole);
  if (!model) return WrongModel(model.error().message);
  TRY(CheckInputs(*model, inputs));
  std::size_t leaves = 0;
  for (const BoostTree& tree : model->trees) leaves += tree.nodes.size() / 2 + 1;
  if (leaves > kMostLeaves) return TooLarge(fmt::format("its trees have more than {} leaves", kMostLeaves));
  return std::shared_ptr<const Score>(std::make_shared<Boosted>(*std::move(model), inputs));
}

}  // namespace concordat::model
