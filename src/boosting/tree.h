// Trees over cells (boost_bins.h), and their text in states and models.
//
// A tree is the list of its nodes, level by level: null for a node that still grows, a number for a leaf, and
// [feature, cut, missing goes left, gain] for a split, whose children follow in the order of splits. A cut of
// a number is how many of its cells go left; of a factor, a hexadecimal text with a bit for each cell that
// goes right, the first cell in the least bit of the first digit.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "boosting/bins.h"

namespace concordat::boosting {

struct BoostNode {
  enum class Kind { kOpen, kLeaf, kSplit };
  Kind kind = Kind::kOpen;
  std::size_t feature = 0;
  std::vector<bool> left;  // of each cell of the feature, that of missing values too
  bool missing_left = false;
  double gain = 0;        // six digits of it
  double weight = 0;      // of a leaf: a number in single precision
  std::size_t child = 0;  // the left one; the right one is next
  bool operator==(const BoostNode&) const = default;
};

struct BoostTree {
  std::vector<BoostNode> nodes;  // the root first
  bool operator==(const BoostTree&) const = default;
};

// Leaf weights and gains as they stand in states, so that what members add up by is what states say.
double ShortWeight(double weight);
double ShortGain(double gain);

// Depth of each node, the root's being 0. Precondition: children follow their parents.
std::vector<int> DepthsOf(const BoostTree& tree);

// Where a row's cells, one a feature, lead: a place of a leaf, or of a node that grows.
template <class Cells>
std::size_t NodeOf(const BoostTree& tree, const Cells& cells) {
  std::size_t place = 0;
  while (tree.nodes[place].kind == BoostNode::Kind::kSplit) {
    const BoostNode& node = tree.nodes[place];
    place = node.child + (node.left[cells[node.feature]] ? 0 : 1);
  }
  return place;
}

Json ToJson(const BoostTree& tree, const BoostBins& bins);

struct TreeLimits {
  int depth = 6;
  bool grows = false;  // may have open nodes: all of them on its deepest level
};
// Errors: kInvalidArgument: not a tree over these bins, or too deep a one.
Result<BoostTree> ReadTree(const Json& json, const BoostBins& bins, const TreeLimits& limits);

}  // namespace concordat::boosting
