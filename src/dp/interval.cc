#include "dp/interval.h"

#include <cmath>

#include "dp/scale.h"

namespace concordat::dp {
namespace {

// 0.975 quantile of the normal distribution, and -ln 0.05: at 2^20 grid steps the discrete distributions
// differ from the continuous ones by less than the digits people see.
constexpr double kNormalQuantile = 1.959963984540054;
constexpr double kLaplaceQuantile = 2.995732273553991;

double ScalesAside(Mechanism mechanism) {
  return mechanism == Mechanism::kDiscreteGaussian ? kNormalQuantile : kLaplaceQuantile;
}

}  // namespace

double HalfWidth(Mechanism mechanism, double scale) { return ScalesAside(mechanism) * scale; }

// Of Laplace draws: the normal quantile with the first correction of Cornish and Fisher (1938) for a kurtosis
// of 3 / draws; each draw has variance 2 b^2.
double HalfWidthOfSum(Mechanism mechanism, double scale, std::uint64_t draws) {
  if (draws <= 1) return HalfWidth(mechanism, scale);
  const auto count = static_cast<double>(draws);
  if (mechanism == Mechanism::kDiscreteGaussian) return HalfWidth(mechanism, scale) * std::sqrt(count);
  const double z = kNormalQuantile;
  const double corrected = z + (z * z * z - 3 * z) / 24 * (3 / count);
  return corrected * scale * std::sqrt(2 * count);
}

double ScaleForHalfWidth(Mechanism mechanism, double half_width) {
  return half_width / ScalesAside(mechanism);
}

double HalfWidthOfAnswer(Mechanism mechanism, double steps_a_unit) {
  return HalfWidth(mechanism, static_cast<double>(kNoiseScale) / steps_a_unit);
}

}  // namespace concordat::dp
