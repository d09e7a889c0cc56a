// What chance draws in boosting, by a seed of the call, and counts coarse enough for noise.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "boosting/bins.h"
#include "boosting/tree.h"

namespace concordat::boosting {

// Cells of a number's declared range, or levels, and one for what is missing.
std::size_t CoarseCells(const BoostFeature& feature);
std::size_t CoarseCellOf(const BoostFeature& feature, double value);
// As ChooseBins, of noisy counts: what is below `empty` is taken for none.
FeatureBins ChooseNoisyBins(const BoostFeature& feature, std::span<const double> counts,
                            const BinRules& rules, double empty);

// Which of so many features the tree of this number is grown from: a share of them, at least one, evenly
// drawn.
std::vector<bool> DrawFeatures(std::size_t features, double share, std::uint64_t seed, std::size_t number);

// A share of rows for the tree of this number. A row is drawn by what it holds, so that it does not matter
// who has it, and rows alike are drawn together.
class RowDraws {
 public:
  RowDraws(double share, std::uint64_t seed, std::size_t number);

  // `mark`: a row's, of all of its values.
  bool Draws(std::uint64_t mark) const;

 private:
  std::uint64_t salt_ = 0;
  double share_ = 1;
};
// The mark of what comes before, and a value.
std::uint64_t MarkOf(std::uint64_t before, double value);

// A whole tree of a depth with leaves of weight 0: at each node a feature, a cut or a set of levels, and a
// side for missing values, all evenly drawn. The same for every member.
BoostTree DrawTree(const BoostBins& bins, int depth, std::uint64_t seed, std::size_t number);

}  // namespace concordat::boosting
