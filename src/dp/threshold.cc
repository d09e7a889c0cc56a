#include "dp/threshold.h"

#include <cmath>

#include "base/check.h"
#include "base/mutation.h"
#include "dp/scale.h"

namespace concordat::dp {
namespace {

// More than the relative error of the few floating-point steps below: an upper bound stays one.
constexpr double kRounding = 1.0 + 1e-10;
// At this many steps both tails are below the smallest double.
constexpr std::int64_t kFarAway = static_cast<std::int64_t>(kNoiseScale) * 1024;

}  // namespace

double TailBound(Mechanism mechanism, std::int64_t steps) {
  CHECK(steps > 0);
  const double scale = static_cast<double>(kNoiseScale);
  if (mechanism == Mechanism::kDiscreteGaussian) {
    return 0.5 * std::erfc(static_cast<double>(steps - 1) / (scale * std::sqrt(2.0))) * kRounding;
  }
  return std::exp(-static_cast<double>(steps) / scale) / (1 + std::exp(-1 / scale)) * kRounding;
}

Result<std::int64_t> ReleaseThreshold(const GroupCounts& counts) {
  if (!(counts.delta.value > 0 && counts.delta.value < 1)) {
    return Fail(ErrorCode::kInvalidArgument, "delta is not between 0 and 1");
  }
  if (counts.steps_a_unit == 0 || counts.steps_a_unit > kMostSteps) {
    return Fail(ErrorCode::kInvalidArgument, "a unit does not count for 1 to 2^26 grid steps");
  }
  if (counts.max_groups == 0) return Fail(ErrorCode::kInvalidArgument, "a unit touches no group");
  const double share = Mutated("threshold_of_one_group")
                           ? counts.delta.value
                           : counts.delta.value / static_cast<double>(counts.max_groups) / kRounding;
  std::int64_t low = 0;  // not enough, or not examined
  std::int64_t high = kFarAway;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (TailBound(counts.mechanism, middle) <= share ? high : low) = middle;
  }
  return high + static_cast<std::int64_t>(counts.steps_a_unit);
}

Measurement MeasurementOf(const GroupCounts& counts) {
  return {.mechanism = counts.mechanism,
          .sensitivity = SensitivityOf(counts.mechanism, counts.steps_a_unit, counts.max_groups),
          .scale = kNoiseScale,
          .times = 1,
          .delta = counts.delta};
}

}  // namespace concordat::dp
