#include "survival/interval.h"

#include <algorithm>
#include <cmath>

#include "learning/distribution.h"

namespace concordat::survival {

std::pair<double, double> SurvivalInterval(const std::string& kind, Survival survival, double level) {
  const auto [probability, error] = survival;
  const double reach = learning::NormalQuantile((1 + level) / 2) * error;
  if (probability <= 0) return {NAN, NAN};
  if (kind == "plain")
    return {std::max(0.0, probability * (1 - reach)), std::min(1.0, probability * (1 + reach))};
  const double log = std::log(probability);
  if (kind == "log") return {std::exp(log - reach), std::min(1.0, std::exp(log + reach))};
  const double margin = reach / log;  // log is below zero, so this is too
  return {std::exp(log * std::exp(-margin)), std::exp(log * std::exp(margin))};
}

}  // namespace concordat::survival
