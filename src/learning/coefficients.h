// A coefficient's row of a table, and tests that a model's card holds.
#pragma once

#include <Eigen/Core>

#include "base/json.h"
#include "learning/method.h"

namespace concordat::learning {

struct Estimate {
  double value = 0;
  double error = 0;  // standard error
};

// A normal statistic, its two-sided p, and an interval of the estimate at a confidence level.
struct WaldTest {
  double statistic = 0;
  double p = 0;
  double lower = 0;
  double upper = 0;
};
WaldTest TestNormal(Estimate estimate, double level);

// {"statistic":…, "df":…, "p":…} of a chi-squared statistic.
Json ChiSquaredTest(double statistic, double df);

// What cannot be told (NaN or infinite) is NULL.
Value NumberOrNull(double number);

}  // namespace concordat::learning
