// Into which cells the values of features fall. Cuts of numbers are chosen from counts over all members on a
// fine grid of the declared range, never by looking at rows: about as many rows in each cell, and nowhere
// fewer than may be shown. XGBoost's `hist` chooses them by a sketch of the rows (Chen and Guestrin,
// "XGBoost: A Scalable Tree Boosting System" (2016), 3.2).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "boosting/features.h"

namespace concordat::boosting {

inline constexpr int kFineCells = 4096;  // of a number's declared range
inline constexpr int kMostBins = 256;

// The cells of one feature: 0 to cells() - 1, the last of which is of missing values where `missing`.
struct FeatureBins {
  // Of a number: places on the fine grid, ascending; a value is in as many cells as cuts are at or below it.
  // Of a factor: the cell of each level.
  std::vector<std::int64_t> places;
  bool numbers = false;
  bool missing = false;     // else what is missing is counted in the last cell
  std::vector<float> cuts;  // of a number: values of the places
  std::size_t known = 1;    // cells of known values
  std::size_t cells() const { return known + (missing ? 1 : 0); }
  // NaN is missing. As XGBoost's trees compare: in single precision.
  std::size_t CellOf(double value) const;
  bool operator==(const FeatureBins&) const = default;
};

using BoostBins = std::vector<FeatureBins>;  // one a feature

// Numbers that counting takes: cells of the fine grid or levels, and what is missing.
std::size_t FineCells(const BoostFeature& feature);
// Adds one for each value to its fine cell.
void CountFinely(const BoostFeature& feature, std::span<const double> values, std::span<double> counts);

struct BinRules {
  int bins = 64;     // of numbers, at most
  double least = 1;  // rows in a cell: smaller ones are joined with others
};
// Of FineCells(feature) counts.
FeatureBins ChooseBins(const BoostFeature& feature, std::span<const double> counts, const BinRules& rules);

Json ToJson(const BoostBins& bins);
// Errors: kInvalidArgument: not bins of these features.
Result<BoostBins> ReadBins(const Json& json, const std::vector<BoostFeature>& features, int most);

}  // namespace concordat::boosting
