#include "learning/coefficients.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/distribution.h"

namespace concordat::learning {

WaldTest TestNormal(Estimate estimate, double level) {
  const double margin = NormalQuantile((1 + level) / 2) * estimate.error;
  const double statistic = estimate.value / estimate.error;
  return {.statistic = statistic,
          .p = NormalTwoSided(statistic),
          .lower = estimate.value - margin,
          .upper = estimate.value + margin};
}

Json ChiSquaredTest(double statistic, double df) {
  return Json{{"statistic", statistic}, {"df", df}, {"p", ChiSquaredTail(statistic, df)}};
}

Value NumberOrNull(double number) {
  if (!std::isfinite(number)) return Null{};
  return number;
}

}  // namespace concordat::learning
