#include "dp/testing_goodness.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace concordat::dp {
namespace {

constexpr double kFalseAlarm = 1e-6;
constexpr std::int64_t kFurthest = 1000;  // the small scales of these tests leave nothing beyond

}  // namespace

Probability GaussianProbability(double sigma) {
  return [sigma](std::int64_t x) {
    const double z = static_cast<double>(x) / sigma;
    return std::exp(-z * z / 2);
  };
}

Probability LaplaceProbability(double b) {
  return [b](std::int64_t x) { return std::exp(-std::abs(static_cast<double>(x)) / b); };
}

bool RefutesDistribution(const std::vector<std::int64_t>& sample, const Probability& probability) {
  std::map<std::int64_t, double> seen;
  for (const std::int64_t x : sample) seen[x] += 1;
  double total = 0;
  for (std::int64_t x = -kFurthest; x <= kFurthest; ++x) total += probability(x);
  const auto size = static_cast<double>(sample.size());
  double distance = 0, rest_seen = size, rest_expected = size, bins = 0;
  for (std::int64_t x = -kFurthest; x <= kFurthest; ++x) {
    const double expected = size * probability(x) / total;
    if (expected < 25) continue;
    distance += (seen[x] - expected) * (seen[x] - expected) / expected;
    rest_seen -= seen[x];
    rest_expected -= expected;
    bins += 1;
  }
  if (rest_expected >= 25) {
    distance += (rest_seen - rest_expected) * (rest_seen - rest_expected) / rest_expected;
    bins += 1;
  }
  const double t = -std::log(kFalseAlarm);
  return distance > bins + 2 * std::sqrt(bins * t) + 2 * t;
}

bool RefutesShape(std::vector<std::int64_t> sample, const std::function<double(double)>& cumulative) {
  std::sort(sample.begin(), sample.end());
  const auto size = static_cast<double>(sample.size());
  double furthest = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double below = cumulative(static_cast<double>(sample[i]));
    const auto rank = static_cast<double>(i);
    furthest = std::max({furthest, below - rank / size, (rank + 1) / size - below});
  }
  return furthest > std::sqrt(std::log(2 / kFalseAlarm) / (2 * size));
}

}  // namespace concordat::dp
