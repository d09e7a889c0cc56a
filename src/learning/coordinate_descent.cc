#include "learning/coordinate_descent.h"

#include <algorithm>
#include <cmath>

namespace concordat::learning {
namespace {

constexpr int kMostPasses = 100000;
constexpr double kStill = 1e-13;

double Soft(double value, double threshold) {
  return std::copysign(std::max(0.0, std::abs(value) - threshold), value);
}

}  // namespace

Eigen::VectorXd Descend(const Penalised& problem, Penalty penalty, Eigen::VectorXd b) {
  const auto& [a, c, spread] = problem;
  Eigen::VectorXd left = c - a * b;  // the gradient, but for its sign and the penalty's
  for (int pass = 0; pass < kMostPasses; ++pass) {
    double moved = 0, largest = 0;
    for (Eigen::Index j = 0; j < b.size(); ++j) {
      const double own = a(j, j), s = spread[j];
      const double curvature = own + penalty.lambda * (1 - penalty.alpha) * s * s;
      if (!(curvature > 0)) continue;
      const double next = Soft(left[j] + own * b[j], penalty.lambda * penalty.alpha * s) / curvature;
      const double step = next - b[j], unit = std::sqrt(own);
      if (step != 0) left -= step * a.col(j);
      b[j] = next;
      moved = std::max(moved, std::abs(step) * unit);
      largest = std::max(largest, std::abs(next) * unit);
    }
    if (moved <= kStill * largest) break;
  }
  return b;
}

double LargestLambda(const Penalised& problem, double alpha, const Eigen::VectorXd& b) {
  const auto& [a, c, spread] = problem;
  const Eigen::VectorXd left = c - a * b;
  double largest = 0;
  for (Eigen::Index j = 0; j < b.size(); ++j)
    if (spread[j] > 0) largest = std::max(largest, std::abs(left[j]) / (spread[j] * alpha));
  return largest;
}

}  // namespace concordat::learning
