// The log-rank test: whether groups' survival differs.
// Source: Mantel, "Evaluation of Survival Data and Two New Rank Order Statistics" (1966); Kalbfleisch and
// Prentice, "The Statistical Analysis of Failure Time Data" (2002), 1.5.
#pragma once

#include <cstddef>
#include <vector>

#include "base/json.h"
#include "learning/event_counts.h"

namespace concordat::learning {

struct LogRank {
  std::vector<double> events, expected;  // of each group
  double statistic = 0;                  // chi-squared with df degrees of freedom
  double df = 0;
  double p = 1;
};

// Over the groups at `places` of counts at the same times.
LogRank TestLogRank(const std::vector<EventCounts>& counts, const std::vector<std::size_t>& places);
Json ToJson(const LogRank& test);

}  // namespace concordat::learning
