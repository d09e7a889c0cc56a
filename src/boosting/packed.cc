#include "boosting/packed.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/check.h"
#include "network/floats.h"

namespace concordat::boosting {
namespace {

using NodeKind = BoostNode::Kind;

constexpr double kMostPackedWeight = 1e15;

tl::unexpected<Error> WrongPack(const char* what) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("the packed trees {}", what),
              "docs/formats/boost.md says how they are packed");
}

std::size_t MaskBytes(const FeatureBins& of) { return (of.known + 7) / 8; }

void PackSplit(const BoostNode& node, const FeatureBins& of, Bytes& bytes) {
  bytes.push_back(static_cast<std::uint8_t>(2 * node.feature + (node.missing_left ? 1 : 0)));
  if (of.numbers) {
    const auto cut = static_cast<std::size_t>(
        std::count(node.left.begin(), node.left.begin() + static_cast<std::ptrdiff_t>(of.known), true));
    if (cut >= 0x80) bytes.push_back(static_cast<std::uint8_t>(0x80 | (cut & 0x7f)));
    bytes.push_back(static_cast<std::uint8_t>(cut >= 0x80 ? cut >> 7 : cut));
    return;
  }
  Bytes mask(MaskBytes(of));
  for (std::size_t cell = 0; cell < of.known; ++cell)
    if (!node.left[cell]) mask[cell / 8] |= static_cast<std::uint8_t>(1U << cell % 8);
  bytes.insert(bytes.end(), mask.begin(), mask.end());
}

// Reads bytes one after the other; past the end there are zeros, which `past` remembers.
struct Stream {
  Bytes bytes;
  std::size_t at = 0;
  bool past = false;

  std::uint8_t Next() {
    past = past || at >= bytes.size();
    return past ? std::uint8_t{0} : bytes[at++];
  }
  bool whole() const { return !past && at == bytes.size(); }
};

Result<void> UnpackCut(const FeatureBins& of, Stream& splits, BoostNode& node) {
  node.left.assign(of.cells(), false);
  if (of.numbers) {
    std::size_t cut = splits.Next();
    if (cut >= 0x80) {
      const std::size_t high = splits.Next();
      cut = (cut & 0x7f) | high << 7;
      if (cut < 0x80) return WrongPack("have a cut that is longer than it need be");
    }
    if (cut > of.known) return WrongPack("have a cut that there is not");
    std::fill_n(node.left.begin(), cut, true);
  } else {
    for (std::size_t cell = 0; cell < 8 * MaskBytes(of);) {
      const unsigned mask = splits.Next();
      for (std::size_t bit = 0; bit < 8; ++bit, ++cell) {
        const bool right = (mask >> bit & 1U) != 0;
        if (cell < of.known) node.left[cell] = !right;
        if (cell >= of.known && right) return WrongPack("have a set of cells that do not exist");
      }
    }
  }
  if (of.missing)
    node.left.back() = node.missing_left;
  else if (node.missing_left != node.left.back())
    return WrongPack("send missing values elsewhere than their cell");
  return {};
}

Result<BoostNode> UnpackSplit(const BoostBins& bins, Stream& splits) {
  const std::size_t head = splits.Next();
  BoostNode node{.kind = NodeKind::kSplit, .feature = head / 2, .missing_left = head % 2 == 1};
  if (node.feature >= bins.size()) return WrongPack("split by a feature that there is not");
  TRY(UnpackCut(bins[node.feature], splits, node));
  return node;
}

// Bits, the first in the least bit of the first byte; the last byte is filled with zeros.
struct Bits {
  Stream bytes;
  unsigned byte = 0;
  int left = 0;

  bool Next() {
    if (left == 0) byte = bytes.Next();
    if (left == 0) left = 8;
    const bool bit = (byte & 1U) != 0;
    byte >>= 1;
    --left;
    return bit;
  }
  bool whole() const { return bytes.whole() && byte == 0; }
};

// A tree ends where no split wants for children. Leaves' weights are numbered on, to be filled in.
Result<BoostTree> UnpackTree(const BoostBins& bins, int depth, Bits& shapes, Stream& splits) {
  BoostTree tree;
  const std::size_t most = (std::size_t{2} << depth) - 1;
  for (std::size_t nodes = 1; tree.nodes.size() < nodes;) {
    BoostNode node{.kind = NodeKind::kLeaf};
    if (shapes.Next()) {
      node = TRY(UnpackSplit(bins, splits));
      node.child = nodes;
      nodes += 2;
    }
    if (nodes > most) return WrongPack("have too large a tree");
    tree.nodes.push_back(std::move(node));
  }
  if (DepthsOf(tree).back() > depth) return WrongPack("have too deep a tree");
  return tree;
}

Result<Bytes> BytesOf(const Json& json, const char* name) {
  if (!json.contains(name) || !json[name].is_string()) return WrongPack("lack one of their texts");
  return FromBase64(json[name].get_ref<const std::string&>());
}

}  // namespace

Json PackTrees(const std::vector<BoostTree>& trees, const BoostBins& bins) {
  Bytes shapes, splits;
  std::vector<double> weights;
  std::size_t nodes = 0;
  for (const BoostTree& tree : trees) {
    for (const BoostNode& node : tree.nodes) {
      CHECK(node.kind != NodeKind::kOpen);
      const bool split = node.kind == NodeKind::kSplit;
      if (nodes % 8 == 0) shapes.push_back(0);
      if (split) shapes.back() |= static_cast<std::uint8_t>(1U << nodes % 8);
      ++nodes;
      if (split)
        PackSplit(node, bins[node.feature], splits);
      else
        weights.push_back(node.weight);
    }
  }
  const Eigen::Map<const Eigen::VectorXd> all(weights.data(), static_cast<Eigen::Index>(weights.size()));
  return {{"count", trees.size()},
          {"shapes", ToBase64(shapes)},
          {"splits", ToBase64(splits)},
          {"weights", network::ToFloats(all)}};
}

Result<std::vector<BoostTree>> UnpackTrees(const Json& json, const BoostBins& bins, int depth) {
  const Json count = json.value("count", Json()), weights = json.value("weights", Json());
  if (!count.is_number_integer() || count < 1 || count > kMostPackedTrees || !weights.is_string() ||
      json.size() != 4)
    return WrongPack("are not a number of trees, and three texts");
  Bits shapes{.bytes = {.bytes = TRY(BytesOf(json, "shapes"))}};
  Stream splits{.bytes = TRY(BytesOf(json, "splits"))};
  std::vector<BoostTree> trees;
  for (std::size_t i = 0; i < count.get<std::size_t>(); ++i) {
    trees.push_back(TRY(UnpackTree(bins, depth, shapes, splits)));
    if (shapes.bytes.past || splits.past) return WrongPack("end within a tree");
  }
  if (!shapes.whole() || !splits.whole()) return WrongPack("go on after the last tree");
  std::vector<BoostNode*> leaves;
  for (BoostTree& tree : trees)
    for (BoostNode& node : tree.nodes)
      if (node.kind == NodeKind::kLeaf) leaves.push_back(&node);
  const auto numbers = network::FromFloats(weights.get_ref<const std::string&>(),
                                           static_cast<Eigen::Index>(leaves.size()), kMostPackedWeight);
  if (!numbers) return WrongPack("have not a weight for each leaf");
  for (std::size_t i = 0; i < leaves.size(); ++i)
    leaves[i]->weight = (*numbers)[static_cast<Eigen::Index>(i)];
  return trees;
}

}  // namespace concordat::boosting
