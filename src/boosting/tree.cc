#include "boosting/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "learning/state.h"

namespace concordat::boosting {
namespace {

using NodeKind = BoostNode::Kind;

constexpr double kMostWeight = 1e15, kMostGain = 1e300;
constexpr std::string_view kDigits = "0123456789abcdef";

tl::unexpected<Error> WrongTree(const char* what) {
  return WrongState(fmt::format("a tree of the state {}", what));
}

std::string MaskOf(const BoostNode& node, std::size_t known) {
  std::string mask((known + 3) / 4, '0');
  for (std::size_t digit = 0; digit < mask.size(); ++digit) {
    std::size_t value = 0;
    for (std::size_t bit = 0; bit < 4 && 4 * digit + bit < known; ++bit)
      if (!node.left[4 * digit + bit]) value |= std::size_t{1} << bit;
    mask[digit] = kDigits[value];
  }
  return mask;
}

Result<void> ReadMask(const std::string& mask, std::size_t known, BoostNode& node) {
  if (mask.size() != (known + 3) / 4) return WrongTree("has a set of another size");
  for (std::size_t digit = 0; digit < mask.size(); ++digit) {
    const std::size_t value = kDigits.find(mask[digit]);
    if (value == std::string_view::npos) return WrongTree("has a set that is not in hexadecimal");
    for (std::size_t bit = 0; bit < 4; ++bit) {
      const std::size_t cell = 4 * digit + bit;
      const bool right = (value >> bit & 1) != 0;
      if (cell < known) node.left[cell] = !right;
      if (cell >= known && right) return WrongTree("has a set of cells that do not exist");
    }
  }
  return {};
}

// A whole number below `end`. States are read in every round: no JSON is made on the way.
std::optional<std::size_t> WholeBelow(const Json& json, std::size_t end) {
  if (!json.is_number_integer()) return {};
  const auto number = json.get<std::int64_t>();
  if (number < 0 || static_cast<std::size_t>(number) >= end) return {};
  return static_cast<std::size_t>(number);
}

Result<void> ReadCut(const Json& json, const FeatureBins& of, BoostNode& node) {
  node.left.resize(of.cells());
  if (of.numbers) {
    const auto cut = WholeBelow(json, of.known + 1);
    if (!cut) return WrongTree("has a split of a number that is no cut");
    std::fill_n(node.left.begin(), *cut, true);
  } else {
    if (!json.is_string()) return WrongTree("has a split of a factor without a set");
    TRY(ReadMask(json.get_ref<const std::string&>(), of.known, node));
  }
  if (of.missing)
    node.left.back() = node.missing_left;
  else if (node.missing_left != node.left.back())
    return WrongTree("sends missing values elsewhere than their cell");
  return {};
}

Result<BoostNode> ReadSplit(const Json& json, const BoostBins& bins) {
  if (!json.is_array() || json.size() != 4) return WrongTree("has a node of no kind");
  BoostNode node{.kind = NodeKind::kSplit};
  const auto feature = WholeBelow(json[0], bins.size()), missing = WholeBelow(json[2], 2);
  if (!feature || !missing || !json[3].is_number()) return WrongTree("has a split that is none");
  node.feature = *feature;
  node.missing_left = *missing == 1;
  node.gain = json[3].get<double>();
  if (!(node.gain >= 0 && node.gain <= kMostGain)) return WrongTree("has a gain out of its bounds");
  TRY(ReadCut(json[1], bins[node.feature], node));
  return node;
}

Result<BoostNode> ReadNode(const Json& json, const BoostBins& bins) {
  if (json.is_null()) return BoostNode();
  if (!json.is_number()) return ReadSplit(json, bins);
  const auto weight = json.get<double>();
  if (!(std::fabs(weight) <= kMostWeight)) return WrongTree("has a leaf out of its bounds");
  return BoostNode{.kind = NodeKind::kLeaf, .weight = static_cast<float>(weight)};
}

Json NodeJson(const BoostNode& node, const BoostBins& bins) {
  if (node.kind == NodeKind::kOpen) return nullptr;
  if (node.kind == NodeKind::kLeaf) return std::stod(fmt::format("{}", static_cast<float>(node.weight)));
  const FeatureBins& of = bins[node.feature];
  Json cut = MaskOf(node, of.known);
  if (of.numbers)
    cut = std::count(node.left.begin(), node.left.begin() + static_cast<std::ptrdiff_t>(of.known), true);
  return Json::array({node.feature, std::move(cut), node.missing_left ? 1 : 0, node.gain});
}

}  // namespace

double ShortWeight(double weight) { return static_cast<float>(weight); }
double ShortGain(double gain) { return std::stod(fmt::format("{:.6g}", gain)); }

std::vector<int> DepthsOf(const BoostTree& tree) {
  std::vector<int> depths(tree.nodes.size(), 0);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    if (tree.nodes[i].kind != NodeKind::kSplit) continue;
    depths[tree.nodes[i].child] = depths[tree.nodes[i].child + 1] = depths[i] + 1;
  }
  return depths;
}

Json ToJson(const BoostTree& tree, const BoostBins& bins) {
  Json list = Json::array();
  for (const BoostNode& node : tree.nodes) list.push_back(NodeJson(node, bins));
  return list;
}

Result<BoostTree> ReadTree(const Json& json, const BoostBins& bins, const TreeLimits& limits) {
  const std::size_t most = (std::size_t{2} << limits.depth) - 1;
  if (!json.is_array() || json.empty() || json.size() > most) return WrongTree("has no nodes, or too many");
  BoostTree tree;
  std::size_t splits = 0;
  for (const Json& each : json) {
    const std::size_t place = tree.nodes.size();
    if (place > 2 * splits) return WrongTree("has nodes that hang on none");
    tree.nodes.push_back(TRY(ReadNode(each, bins)));
    if (tree.nodes.back().kind == NodeKind::kSplit) tree.nodes.back().child = 1 + 2 * splits++;
  }
  if (tree.nodes.size() != 1 + 2 * splits) return WrongTree("has splits without children");
  const std::vector<int> depths = DepthsOf(tree);
  if (depths.back() > limits.depth) return WrongTree("is too deep");
  for (std::size_t i = 0; i < depths.size(); ++i) {
    if (tree.nodes[i].kind != NodeKind::kOpen) continue;
    if (!limits.grows || depths[i] != depths.back() || depths[i] >= limits.depth)
      return WrongTree("grows where it may not");
  }
  return tree;
}

}  // namespace concordat::boosting
