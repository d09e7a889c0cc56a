// Intervals of a survival probability from the standard error of its logarithm.
// Source: Kalbfleisch and Prentice, "The Statistical Analysis of Failure Time Data" (2002), 1.4.
#pragma once

#include <string>
#include <utility>

namespace concordat::survival {

struct Survival {
  double probability = 1;
  double error = 0;  // standard error of its logarithm
};

// `kind`: plain, log or log_log; `level` as 0.95. NaN at a probability of 0.
std::pair<double, double> SurvivalInterval(const std::string& kind, Survival survival, double level);

}  // namespace concordat::survival
