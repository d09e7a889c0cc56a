// The log-rank test under noise: its statistic counts what the noise adds to what chance does.
#pragma once

#include <optional>
#include <vector>

#include "survival/noisy_counts.h"

namespace concordat::survival {

struct NoisyLogRank {
  std::vector<std::size_t> places;   // of the groups compared
  Eigen::VectorXd events, expected;  // of each
  double statistic = 0;              // chi-squared with df degrees of freedom
  double df = 0;
};

// Over the groups that are told. Nothing where they are fewer than two.
std::optional<NoisyLogRank> TestNoisyLogRank(const NoisyEvents& events,
                                             const std::vector<NoisyCounts>& counts, double sigma);

}  // namespace concordat::survival
