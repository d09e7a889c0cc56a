#include "boosting/objective.h"

#include <algorithm>
#include <cmath>

namespace concordat::boosting {
namespace {

constexpr double kLeastHessian = 1e-16;  // XGBoost's

double Sigmoid(double margin) { return 1 / (1 + std::exp(-margin)); }

}  // namespace

std::string_view Objective::xgboost_name() const {
  switch (kind) {
    case Kind::kBinary:
      return "binary:logistic";
    case Kind::kRegression:
      return "reg:squarederror";
    case Kind::kCount:
      return "count:poisson";
  }
  return "";
}

Gradient GradientOf(const Objective& objective, double margin, double response) {
  switch (objective.kind) {
    case Objective::Kind::kBinary: {
      const double mean = Sigmoid(margin);
      return {mean - response, std::max(mean * (1 - mean), kLeastHessian)};
    }
    case Objective::Kind::kRegression:
      return {margin - response, 1};
    case Objective::Kind::kCount:
      return {std::exp(margin) - response, std::exp(margin + objective.max_delta_step)};
  }
  return {};
}

double MeanOf(const Objective& objective, double margin) {
  switch (objective.kind) {
    case Objective::Kind::kBinary:
      return Sigmoid(margin);
    case Objective::Kind::kRegression:
      return margin;
    case Objective::Kind::kCount:
      return std::exp(margin);
  }
  return margin;
}

double MarginOf(const Objective& objective, double mean) {
  switch (objective.kind) {
    case Objective::Kind::kBinary:
      return std::log(mean / (1 - mean));
    case Objective::Kind::kRegression:
      return mean;
    case Objective::Kind::kCount:
      return std::log(mean);
  }
  return mean;
}

bool HasMean(const Objective& objective, double mean) {
  switch (objective.kind) {
    case Objective::Kind::kBinary:
      return mean > 0 && mean < 1;
    case Objective::Kind::kRegression:
      return std::isfinite(mean);
    case Objective::Kind::kCount:
      return mean > 0 && std::isfinite(mean);
  }
  return false;
}

}  // namespace concordat::boosting
