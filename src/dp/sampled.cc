#include "dp/sampled.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "base/check.h"
#include "base/mutation.h"
#include "dp/rounding.h"
#include "dp/sampled_moment.h"

namespace concordat::dp {
namespace {

constexpr int kMostOrder = 512;
constexpr double kConversionError = 1e-12;  // above that of a conversion

RenyiCurve MakeOrders() {
  RenyiCurve orders{};
  double order = 2;
  for (double& each : orders) {
    each = order;
    order += order < 16 ? 0.25 : order < 64 ? 1 : order < 128 ? 8 : order < 256 ? 16 : 32;
  }
  CHECK(orders.back() == kMostOrder);
  return orders;
}

bool IsWhole(double order) { return order == std::floor(order); }

RenyiCurve CurveOf(const Sampling& sampling) {
  const RenyiCurve& orders = RenyiOrders();
  std::vector<double> between;
  std::remove_copy_if(orders.begin(), orders.end(), std::back_inserter(between), IsWhole);
  const std::vector<double> moments = MomentsLessOne(sampling, between);
  RenyiCurve curve{};
  for (std::size_t i = 0, next = 0; i < kOrders; ++i) {
    const double moment =
        IsWhole(orders[i]) ? MomentLessOne(sampling, static_cast<int>(orders[i])) : moments[next++];
    const double sampled = Up(std::log1p(moment) * (1 + kConversionError) / (orders[i] - 1));
    const double everyone = Up(Up(orders[i] * sampling.ratio2) / 2);
    curve[i] = std::min({sampled, everyone, kUselessOrder});
  }
  return curve;
}

}  // namespace

const RenyiCurve& RenyiOrders() {
  static const RenyiCurve orders = MakeOrders();
  return orders;
}

RenyiCurve RenyiOf(const Measurement& measurement) {
  CHECK(measurement.rate > 0 && measurement.rate < kEveryone && measurement.sensitivity > 0 &&
        measurement.scale > 0);
  // Rounds of one fit are alike: the last curve serves them all.
  thread_local Measurement last;
  thread_local RenyiCurve curve;
  if (last.rate == measurement.rate && last.sensitivity == measurement.sensitivity &&
      last.scale == measurement.scale)
    return curve;
  const double ratio =
      Up(static_cast<double>(measurement.sensitivity) / static_cast<double>(measurement.scale));
  const Sampling sampling{static_cast<double>(measurement.rate) / static_cast<double>(kEveryone),
                          Up(ratio * ratio)};
  curve = CurveOf(sampling);
  // The bound of small rates and low orders, taken for one of all.
  if (Mutated("amplified_at_every_order")) {
    for (std::size_t i = 0; i < kOrders; ++i)
      curve[i] = sampling.rate * sampling.rate * sampling.ratio2 * RenyiOrders()[i] / 2;
  }
  last = measurement;
  return curve;
}

double RenyiEpsilon(double order, double renyi, double delta) {
  const double share = (std::log(delta) + std::log(order)) / (order - 1);
  const double epsilon = renyi + std::log1p(-1 / order) - share;
  return std::max(0.0, epsilon + kConversionError * (1 + renyi + std::abs(share)));
}

}  // namespace concordat::dp
