#include "model/trees.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/arithmetic.h"
#include "model/fields.h"
#include "model/link.h"
#include "sql/bind_type.h"
#include "sql/operation.h"

namespace concordat::model {
namespace {

using sql::Op;

constexpr std::size_t kMostTrees = 500;
constexpr int kDeepest = 16;

struct Node {
  double value = 0;  // a leaf's, or the threshold
  std::size_t input = 0;
  std::vector<std::string> among;  // levels that go the first way; empty for a number
  std::vector<Node> ways;          // none of a leaf, else two
};

// A whole number below `bound`.
std::optional<std::size_t> PlaceOf(const Json& json, std::size_t bound) {
  if (!json.is_number_integer() || json < 0 || json >= bound) return {};
  return json.get<std::size_t>();
}

// Reads nodes, and counts their leaves.
class Reader {
 public:
  explicit Reader(const std::vector<learning::Field>& inputs) : inputs_(inputs) {}

  Result<Node> Read(const Json& json, int depth = 0) {
    if (++nodes_ > 2 * kMostLeaves)
      return TooLarge(fmt::format("its trees have more than {} leaves", kMostLeaves));
    if (!json.is_array()) return Node{.value = TRY(NumberOf(json, "a leaf"))};
    if (depth == kDeepest) return TooLarge(fmt::format("a tree is more than {} levels deep", kDeepest));
    const auto place = json.size() == 4 ? PlaceOf(json[0], inputs_.size()) : std::nullopt;
    if (!place) return WrongModel("a branch is not [input, where, one way, the other]");
    Node node{.input = *place};
    const learning::Field& input = inputs_[node.input];
    if (input.levels.empty()) {
      node.value = TRY(NumberOf(json[1], "a threshold"));
    } else {
      node.among = TRY(Among(json[1], input.levels));
    }
    for (const std::size_t way : {2U, 3U}) node.ways.push_back(TRY(Read(json[way], depth + 1)));
    return node;
  }

 private:
  static Result<std::vector<std::string>> Among(const Json& places, const std::vector<std::string>& levels) {
    std::vector<std::string> among;
    if (!places.is_array() || places.empty() || places.size() >= levels.size())
      return WrongModel("a branch does not name some of its input's levels");
    for (const Json& each : places) {
      const auto place = PlaceOf(each, levels.size());
      if (!place) return WrongModel("a branch names a level that there is not");
      among.push_back(levels[*place]);
    }
    return among;
  }

  const std::vector<learning::Field>& inputs_;
  std::size_t nodes_ = 0;
};

class Trees final : public Score {
 public:
  Trees(std::vector<learning::Field> inputs, std::vector<Node> trees, double base, learning::Link link)
      : inputs_(std::move(inputs)), trees_(std::move(trees)), base_(base), link_(link) {}

  sql::Expr Of(const std::vector<sql::Expr>& inputs) const override {
    std::vector<sql::Expr> parts = {Constant(base_)};
    for (const Node& tree : trees_) parts.push_back(OfNode(tree, inputs));
    return WhereKnown(inputs_, inputs, MeanOf(link_, SumOf(std::move(parts))));
  }

 private:
  static sql::Expr OfNode(const Node& node, const std::vector<sql::Expr>& inputs) {
    if (node.ways.empty()) return Constant(node.value);
    const sql::Expr& input = inputs[node.input];
    std::vector<sql::Expr> tested = {input};
    for (const std::string& level : node.among) tested.push_back(sql::Literal(Value(level), Type::kText));
    if (node.among.empty()) tested.push_back(Constant(node.value));
    sql::Expr test =
        sql::Operation(node.among.empty() ? Op::kLess : Op::kIn, Type::kBoolean, std::move(tested));
    sql::Expr branch =
        sql::Operation(Op::kCase, Type::kNumber,
                       {std::move(test), OfNode(node.ways[0], inputs), OfNode(node.ways[1], inputs)});
    branch.nullable = false;  // a test of NULL goes the other way; WhereKnown looks at that
    return branch;
  }

  std::vector<learning::Field> inputs_;
  std::vector<Node> trees_;
  double base_;
  learning::Link link_;
};

}  // namespace

Result<std::shared_ptr<const Score>> ReadTrees(const Json& json, const std::vector<learning::Field>& inputs) {
  const auto link = learning::LinkNamed(TRY(TextOf(json, "link")));
  const bool usual =
      link == learning::Link::kIdentity || link == learning::Link::kLog || link == learning::Link::kLogit;
  if (!usual) return WrongModel("link is not identity, log or logit");
  const Json* start = TRY(FieldOf(json, "base"));
  const double base = TRY(NumberOf(*start, "base"));
  const Json* list = TRY(FieldOf(json, "trees"));
  if (!list->is_array()) return WrongModel("trees is not a list");
  if (list->size() > kMostTrees) return TooLarge(fmt::format("it has more than {} trees", kMostTrees));
  Reader reader(inputs);
  std::vector<Node> trees;
  for (const Json& tree : *list) trees.push_back(TRY(reader.Read(tree)));
  return std::shared_ptr<const Score>(std::make_shared<Trees>(inputs, std::move(trees), base, *link));
}

}  // namespace concordat::model
