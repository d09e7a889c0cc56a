// What boosting under noise needs beside boosting: counts coarse enough for noise, and trees whose shapes
// chance draws. Nothing here sees a row.
#pragma once

#include <cstdint>
#include <span>

#include "learning/boost_bins.h"
#include "learning/boost_tree.h"

namespace concordat::learning {

// Cells of a number's declared range, or levels, and one for what is missing.
std::size_t CoarseCells(const BoostFeature& feature);
std::size_t CoarseCellOf(const BoostFeature& feature, double value);
// As ChooseBins, of noisy counts: what is below `empty` is taken for none.
FeatureBins ChooseNoisyBins(const BoostFeature& feature, std::span<const double> counts,
                            const BinRules& rules, double empty);

// A whole tree of a depth with leaves of weight 0: at each node a feature, a cut or a set of levels, and a
// side for missing values, all evenly drawn. The same for every member.
BoostTree DrawTree(const BoostBins& bins, int depth, std::uint64_t seed, std::size_t number);

}  // namespace concordat::learning
