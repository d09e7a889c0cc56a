#include "boosting/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace concordat::boosting {
namespace {

constexpr double kLeastGain = 1e-6;  // XGBoost's: a smaller one is rounding

double GainOf(const SplitRules& rules, const GradientSum& sum, const WeightBounds& bounds) {
  if (rules.max_delta_step == 0 && rules.monotone.empty())
    return sum.gradient * sum.gradient / (sum.hessian + rules.lambda);
  const double weight = WeightOf(rules, sum, bounds);
  return -(2 * sum.gradient * weight + (sum.hessian + rules.lambda) * weight * weight);
}

bool IsSide(const SplitRules& rules, const GradientSum& sum) {
  return sum.rows >= rules.least && sum.hessian > 0 && sum.hessian >= rules.min_child_weight;
}

// Known cells in the order in which they are cut.
std::vector<std::size_t> OrderOf(const SplitRules& rules, const FeatureBins& bins,
                                 std::span<const GradientSum> cells) {
  std::vector<std::size_t> order(bins.known);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (bins.numbers) return order;
  const auto score = [&](std::size_t cell) {
    const double below = cells[cell].hessian + rules.lambda;
    return below > 0 ? cells[cell].gradient / below : 0;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return score(a) < score(b); });
  return order;
}

// Looks at one feature's cuts and keeps the best split so far.
class Search {
 public:
  Search(const SplitRules& rules, const NodeScope& scope, const GradientSum& all)
      : rules_(rules), sides_(scope.sides), all_(all), whole_(GainOf(rules, all, scope.own)) {}

  void Feature(std::size_t feature, const FeatureBins& bins, std::span<const GradientSum> cells) {
    monotone_ = rules_.monotone.empty() ? 0 : rules_.monotone[feature];
    const std::vector<std::size_t> order = OrderOf(rules_, bins, cells);
    for (const bool missing_left : {false, true}) {
      if (missing_left && !bins.missing) break;
      GradientSum left = missing_left ? cells.back() : GradientSum();
      for (std::size_t cut = 0; cut < order.size(); ++cut) {
        // Missing values against all others, and below the other way round: of numbers alone, as in XGBoost.
        const bool cuts = cut > 0 || bins.numbers;
        if (cuts && Try(left)) Keep({feature, cut, missing_left}, order, bins, left);
        left = left + cells[order[cut]];
      }
      if (bins.missing && bins.numbers && !missing_left && Try(left))
        Keep({feature, order.size(), missing_left}, order, bins, left);
    }
  }

  std::optional<BoostSplit> best() && { return std::move(best_); }

 private:
  struct Cut {
    std::size_t feature, place;
    bool missing_left;
  };

  bool Try(const GradientSum& left) {
    const GradientSum right = all_ - left;
    if (!IsSide(rules_, left) || !IsSide(rules_, right)) return false;
    const double rise = WeightOf(rules_, right, sides_) - WeightOf(rules_, left, sides_);
    if (monotone_ * rise < 0) return false;
    gain_ = GainOf(rules_, left, sides_) + GainOf(rules_, right, sides_) - whole_;
    return gain_ > kLeastGain && gain_ >= rules_.gamma && (!best_ || gain_ > best_->gain);
  }

  void Keep(const Cut& cut, const std::vector<std::size_t>& order, const FeatureBins& bins,
            const GradientSum& left) {
    best_ = BoostSplit{.feature = cut.feature,
                       .left = std::vector<bool>(bins.cells(), false),
                       .gain = gain_,
                       .left_sum = left,
                       .right_sum = all_ - left};
    for (std::size_t i = 0; i < cut.place; ++i) best_->left[order[i]] = true;
    if (bins.missing) best_->left.back() = cut.missing_left;
  }

  const SplitRules& rules_;
  WeightBounds sides_;
  int monotone_ = 0;
  GradientSum all_;
  double whole_ = 0, gain_ = 0;
  std::optional<BoostSplit> best_;
};

}  // namespace

GradientSum operator+(const GradientSum& a, const GradientSum& b) {
  return {a.gradient + b.gradient, a.hessian + b.hessian, a.rows + b.rows};
}
GradientSum operator-(const GradientSum& a, const GradientSum& b) {
  return {a.gradient - b.gradient, a.hessian - b.hessian, a.rows - b.rows};
}

double WeightOf(const SplitRules& rules, const GradientSum& sum, const WeightBounds& bounds) {
  double weight = 0;
  if (sum.hessian + rules.lambda > 0) weight = -sum.gradient / (sum.hessian + rules.lambda);
  const double step = rules.max_delta_step;
  if (step > 0) weight = std::clamp(weight, -step, step);
  return std::clamp(weight, bounds.low, bounds.high);
}

bool MaySplit(const SplitRules& rules, const GradientSum& sum) {
  return sum.rows >= 2 * rules.least && sum.hessian > 0 && sum.hessian >= 2 * rules.min_child_weight;
}

std::optional<BoostSplit> FindSplit(const SplitRules& rules, const BoostBins& bins,
                                    std::span<const GradientSum> cells, const NodeScope& scope) {
  const auto first = cells.first(bins.front().cells());
  Search search(rules, scope, std::accumulate(first.begin(), first.end(), GradientSum()));
  std::size_t next = 0;
  for (std::size_t feature = 0; feature < bins.size(); ++feature) {
    if (scope.features.empty() || scope.features[feature])
      search.Feature(feature, bins[feature], cells.subspan(next, bins[feature].cells()));
    next += bins[feature].cells();
  }
  return std::move(search).best();
}

}  // namespace concordat::boosting
