// The log-rank test: whether groups' survival differs.
// Source: Mantel, "Evaluation of Survival Data and Two New Rank Order Statistics" (1966); Kalbfleisch and
// Prentice, "The Statistical Analysis of Failure Time Data" (2002), 1.5.
#pragma once

#include <cstddef>
#include <vector>

#include "base/json.h"
#include "survival/event_counts.h"

namespace concordat::survival {

struct LogRank {
  std::vector<double> events, expected;  // of each group
  double statistic = 0;                  // chi-squared with df degrees of freedom
  double df = 0;
  double p = 1;
};

// Over the groups at `places` of counts at the same times. With strata, whose differences and variances are
// added up, counts are those of group 0 in each stratum, then of group 1, and so on.
LogRank TestLogRank(const std::vector<EventCounts>& counts, const std::vector<std::size_t>& places,
                    std::size_t strata = 1);
Json ToJson(const LogRank& test);

}  // namespace concordat::survival
