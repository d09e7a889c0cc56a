#include "dp/interval.h"

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

double ScaleForHalfWidth(Mechanism mechanism, double half_width) {
  return half_width / ScalesAside(mechanism);
}

double HalfWidthOfAnswer(Mechanism mechanism, double steps_a_unit) {
  return HalfWidth(mechanism, static_cast<double>(kNoiseScale) / steps_a_unit);
}

}  // namespace concordat::dp
