#include "learning/clip.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/mutation.h"

namespace concordat::learning {
namespace {

using Rounding = double (*)(double);

constexpr std::size_t kLongest = std::size_t{1} << 22;
// Taken off so that what is rounded toward zero fits at the first attempt. Accuracy alone rests on it.
constexpr double kMargin = 1 - 0x1p-28;

}  // namespace

ClippedSum::ClippedSum(std::size_t length, const Clip& clip)
    : clip_(clip), sum_(length, 0), whole_(static_cast<Eigen::Index>(length)) {
  CHECK(length <= kLongest && clip.bound > 0 && clip.steps <= kMostSteps);
}

// No more than kLongest squares of at most 2^64 each, exactly.
bool ClippedSum::Fits(const Eigen::VectorXd& whole) const {
  const Uint128 most = Uint128{clip_.steps} * clip_.steps;
  Uint128 squares = 0;
  for (const double number : whole) {
    if (!(std::abs(number) <= static_cast<double>(clip_.steps))) return false;
    const auto size = static_cast<std::uint64_t>(std::abs(number));
    squares += Uint128{size} * size;
  }
  return squares <= most;
}

// To the nearest whole numbers, else toward zero; were neither within the bound, nothing is added.
void ClippedSum::Add(const Eigen::VectorXd& numbers) {
  CHECK(numbers.size() == whole_.size());
  const double largest = numbers.size() == 0 ? 0 : numbers.cwiseAbs().maxCoeff();
  if (!numbers.allFinite() || largest == 0) return;
  // By the largest, so that no square overflows.
  const bool clips = !Mutated("fit_clip_off");
  const double length = clips ? (numbers / largest).norm() : 0;
  const double scale = static_cast<double>(clip_.steps) * kMargin / std::max(clip_.bound / largest, length);
  for (const Rounding round : {Rounding(std::nearbyint), Rounding(std::trunc)}) {
    whole_ = ((numbers / largest) * scale).unaryExpr(round);
    if (clips && !Fits(whole_)) continue;
    for (std::size_t i = 0; i < sum_.size(); ++i)
      sum_[i] += static_cast<Int128>(whole_[static_cast<Eigen::Index>(i)]);
    return;
  }
}

}  // namespace concordat::learning
