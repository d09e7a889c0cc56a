// The best split of a node, from sums over its cells, and what a leaf weighs: equations 5 to 7 of Chen and
// Guestrin, "XGBoost: A Scalable Tree Boosting System" (2016), with algorithm 3 for missing values; the gain
// without the factor 1/2 and the largest step as XGBoost's `hist` computes them. A factor's cells are ordered
// by gradient over hessian and cut there (Fisher, "On Grouping for Maximum Homogeneity" (1958)), as XGBoost's
// partitions of categories are. Monotone constraints are XGBoost's: a split by a constrained number whose
// sides weigh the wrong way round is none, and all weights below its sides stay on their side of the middle
// between.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "boosting/bins.h"

namespace concordat::boosting {

struct GradientSum {
  double gradient = 0;
  double hessian = 0;
  double rows = 0;
};
GradientSum operator+(const GradientSum& a, const GradientSum& b);
GradientSum operator-(const GradientSum& a, const GradientSum& b);

struct SplitRules {
  double lambda = 1;
  double gamma = 0;
  double min_child_weight = 1;
  double max_delta_step = 0;  // of a leaf's weight, before eta; 0: none
  double least = 1;           // rows on each side
  // Of each feature 1 where predictions may not fall as it grows, -1 where they may not rise, else 0; empty
  // without constraints.
  std::vector<int> monotone;
};

// Between which the weights of a node and of all below it stay, before eta.
struct WeightBounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
// What a node is looked at by.
struct NodeScope {
  WeightBounds sides;          // of its sides' weights
  WeightBounds own;            // of its own weight: its parent's sides'
  std::vector<bool> features;  // which may split it; empty: all
};

// Before eta.
double WeightOf(const SplitRules& rules, const GradientSum& sum, const WeightBounds& bounds = {});
// Whether there may be two sides that the rules allow.
bool MaySplit(const SplitRules& rules, const GradientSum& sum);

struct BoostSplit {
  std::size_t feature = 0;
  std::vector<bool> left;  // of each cell
  double gain = 0;
  GradientSum left_sum, right_sum;
};
// `cells` are those of all features, one feature's after another's. Nothing where no split helps. Of equal
// ones the first feature's.
std::optional<BoostSplit> FindSplit(const SplitRules& rules, const BoostBins& bins,
                                    std::span<const GradientSum> cells, const NodeScope& scope = {});

}  // namespace concordat::boosting
