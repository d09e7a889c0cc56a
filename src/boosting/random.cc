#include "boosting/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace concordat::boosting {
namespace {

constexpr int kCoarseCells = 64;
static_assert(kFineCells % kCoarseCells == 0);

// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
std::uint64_t Mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

class TreeDraws {
 public:
  explicit TreeDraws(std::uint64_t seed) : state_(seed) {}

  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(Next() % end); }
  bool Coin() { return (Next() >> 63) != 0; }

 private:
  std::uint64_t Next() { return Mixed(state_ += 0x9e3779b97f4a7c15); }

  std::uint64_t state_;
};

void DrawSides(const FeatureBins& bins, TreeDraws& draws, BoostNode& node) {
  node.left.assign(bins.cells(), false);
  if (bins.numbers) {
    const std::size_t cut = bins.known == 1 ? draws.Below(2) : 1 + draws.Below(bins.known - 1);
    std::fill_n(node.left.begin(), cut, true);
  } else {
    for (std::size_t cell = 0; cell < bins.known; ++cell) node.left[cell] = draws.Coin();
  }
  if (bins.missing) node.left.back() = draws.Coin();
  node.missing_left = node.left.back();
}

}  // namespace

std::size_t CoarseCells(const BoostFeature& feature) {
  return (feature.levels.empty() ? static_cast<std::size_t>(kCoarseCells) : feature.levels.size()) + 1;
}

std::size_t CoarseCellOf(const BoostFeature& feature, double value) {
  if (std::isnan(value)) return CoarseCells(feature) - 1;
  if (!feature.levels.empty()) return static_cast<std::size_t>(value);
  const double share = (value - feature.range.first) / (feature.range.second - feature.range.first);
  return static_cast<std::size_t>(std::clamp(std::floor(share * kCoarseCells), 0.0, kCoarseCells - 1.0));
}

FeatureBins ChooseNoisyBins(const BoostFeature& feature, std::span<const double> counts,
                            const BinRules& rules, double empty) {
  std::vector<double> fine(FineCells(feature), 0);
  const std::size_t width = feature.levels.empty() ? kFineCells / kCoarseCells : 1;
  for (std::size_t i = 0; i < counts.size(); ++i)
    fine[i + 1 == counts.size() ? fine.size() - 1 : i * width] = counts[i] < empty ? 0 : counts[i];
  return ChooseBins(feature, fine, rules);
}

std::vector<bool> DrawFeatures(std::size_t features, double share, std::uint64_t seed, std::size_t number) {
  const auto wanted =
      static_cast<std::size_t>(std::max(1.0, std::floor(share * static_cast<double>(features))));
  TreeDraws draws((seed << 32) + number);
  std::vector<bool> drawn(features, false);
  // Of what is left, each with the chance that as many are still wanted.
  for (std::size_t i = 0, left = wanted; i < features; ++i) {
    drawn[i] = draws.Below(features - i) < left;
    left -= drawn[i] ? 1 : 0;
  }
  return drawn;
}

RowDraws::RowDraws(double share, std::uint64_t seed, std::size_t number)
    : salt_(Mixed((seed << 32) + number)), share_(share) {}

bool RowDraws::Draws(std::uint64_t mark) const {
  return std::ldexp(static_cast<double>(Mixed(mark ^ salt_)), -64) < share_;
}

std::uint64_t MarkOf(std::uint64_t before, double value) {
  // Missing values have many forms, and 0 two.
  const double one = std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0;
  return Mixed(before * 0x9e3779b97f4a7c15 + std::bit_cast<std::uint64_t>(one));
}

BoostTree DrawTree(const BoostBins& bins, int depth, std::uint64_t seed, std::size_t number) {
  std::vector<std::size_t> useful;
  for (std::size_t i = 0; i < bins.size(); ++i)
    if (bins[i].cells() > 1) useful.push_back(i);
  TreeDraws draws((seed << 32) + number);
  BoostTree tree;
  const std::size_t splits = (std::size_t{1} << depth) - 1;
  for (std::size_t i = 0; i < splits && !useful.empty(); ++i) {
    BoostNode node{
        .kind = BoostNode::Kind::kSplit, .feature = useful[draws.Below(useful.size())], .child = 2 * i + 1};
    DrawSides(bins[node.feature], draws, node);
    tree.nodes.push_back(std::move(node));
  }
  tree.nodes.resize(2 * splits + 1, BoostNode{.kind = BoostNode::Kind::kLeaf});
  return tree;
}

}  // namespace concordat::boosting
