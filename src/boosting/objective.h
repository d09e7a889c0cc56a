// What trees bring down: a loss of response and margin, as XGBoost's objectives of the same names.
#pragma once

#include <string_view>

namespace concordat::boosting {

struct Objective {
  enum class Kind { kBinary, kRegression, kCount };
  Kind kind = Kind::kBinary;
  double max_delta_step = 0;  // of kCount, in the hessian too

  // "binary:logistic", "reg:squarederror", "count:poisson".
  std::string_view xgboost_name() const;
};

struct Gradient {
  double first = 0;   // of the loss by the margin
  double second = 0;  // never below 0
};
Gradient GradientOf(const Objective& objective, double margin, double response);

// The mean that a margin stands for, and the margin of a mean. Precondition: HasMean.
double MeanOf(const Objective& objective, double margin);
double MarginOf(const Objective& objective, double mean);
bool HasMean(const Objective& objective, double mean);

}  // namespace concordat::boosting
