#include "dp/sampled_moment.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concordat::dp {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();
constexpr double kMostExponent = 700;  // e to more than this leaves the doubles
// Above the relative error of a moment (sampled.proof.md), and what terms too small for a double add up to.
constexpr double kMomentError = 1e-8;
constexpr double kUnderflow = 1e-290;

constexpr double kMostIntegrated = 16;  // of the integration
constexpr double kMostVariance = 1 << 20;
// Cells are at most this wide in u, the logarithm of the likelihood ratio of everyone, and in deviations of
// z.
constexpr double kWidestStep = 0.0125;
constexpr double kWidestPart = 0.05;
constexpr double kDeviations = 12;  // beyond the means at both ends
// An order is up to this many deviations: 37 leave the doubles.
constexpr double kMostDeviations = 25;

// P(low < N(0, 1) <= high), each tail from its own side.
double Mass(double low, double high) {
  const double root = std::sqrt(0.5);
  if (low > 0) return 0.5 * (std::erfc(low * root) - std::erfc(high * root));
  return 0.5 * (std::erfc(-high * root) - std::erfc(-low * root));
}

// X^order - 1 - order (X - 1) at X = 1 + y: convex, 0 at 0. Upper bound.
double Bend(double order, double y, double log_x) {
  if (std::abs(y) > 1e-4) return std::expm1(order * log_x) - order * y;
  return order * (order - 1) / 2 * y * y * std::exp((order - 2) * std::max(log_x, 0.0));
}

// A grid in u with the weights of each point: the mean of any convex function of X is at most that of its
// values there.
struct Point {
  double y = 0, log_x = 0;  // X - 1 and log X
  double z = 0;
  double weight = 0;
};

std::vector<Point> PointsOf(const Sampling& sampling) {
  const double s = 1 / std::sqrt(sampling.ratio2);
  const double low = (-kDeviations * s - 0.5) * sampling.ratio2;
  const double high = (kMostIntegrated + kDeviations * s - 0.5) * sampling.ratio2;
  const auto cells =
      static_cast<std::size_t>(std::ceil((high - low) / std::min(kWidestStep, kWidestPart / s)));
  const double step = (high - low) / static_cast<double>(cells);
  const auto at = [&](std::size_t i) { return low + step * static_cast<double>(i); };
  std::vector<Point> points(cells + 1);
  for (std::size_t i = 0; i <= cells; ++i) {
    points[i].y = sampling.rate * std::expm1(at(i));
    points[i].log_x = std::log1p(points[i].y);
    points[i].z = at(i) / sampling.ratio2 + 0.5;
  }
  for (std::size_t i = 0; i < cells; ++i) {
    const double a = at(i) * s + 0.5 / s, b = at(i + 1) * s + 0.5 / s;  // z over s
    const double mass = Mass(a, b), tilted = Mass(a - 1 / s, b - 1 / s);
    const double share = (tilted * std::exp(-at(i)) - mass) / std::expm1(step);
    const double later = std::clamp(share, 0.0, mass);
    points[i].weight += mass - later;
    points[i + 1].weight += later;
  }
  return points;
}

// What lies below the grid, where X is at least 1 - q, and above `z`, where it is at most a factor times
// everyone's.
double Ends(const Sampling& sampling, double order, double z) {
  const double s = 1 / std::sqrt(sampling.ratio2);
  const double below = 0.5 * std::erfc(kDeviations * std::sqrt(0.5));
  const double above = 0.5 * std::erfc((z - order) / s * std::sqrt(0.5));
  const double most = sampling.rate + (1 - sampling.rate) * std::exp((0.5 - z) * sampling.ratio2);
  const double exponent = order * (order - 1) / 2 * sampling.ratio2 + order * std::log(most);
  if (exponent > kMostExponent) return kUnbounded;
  return below * Bend(order, -sampling.rate, std::log1p(-sampling.rate)) + std::exp(exponent) * above;
}

double Integral(const Sampling& sampling, double order, const std::vector<Point>& points) {
  const double s = 1 / std::sqrt(sampling.ratio2);
  if (order > kMostDeviations * s) return kUnbounded;
  double sum = kUnderflow;
  double z = 0;
  for (const Point& point : points) {
    if (point.z > order + kDeviations * s) break;
    z = point.z;
    if (order * point.log_x < 300) {
      sum += point.weight * Bend(order, point.y, point.log_x);
    } else {
      const double half = std::exp(order * point.log_x / 2);
      sum += half * point.weight * half;
    }
  }
  return (sum + Ends(sampling, order, z)) * (1 + kMomentError);
}

}  // namespace

double MomentLessOne(const Sampling& sampling, int order) {
  const double log_odds = std::log(sampling.rate) - std::log1p(-sampling.rate);
  double log_weight = order * std::log1p(-sampling.rate);  // of k of them: binomial
  double sum = kUnderflow;
  for (int k = 1; k <= order; ++k) {
    log_weight += std::log(static_cast<double>(order - k + 1) / k) + log_odds;
    const double exponent = sampling.ratio2 * (k * (k - 1.0) / 2);
    if (log_weight + exponent > kMostExponent) return kUnbounded;
    sum += std::exp(log_weight + exponent) * -std::expm1(-exponent);
  }
  return sum * (1 + kMomentError);
}

std::vector<double> MomentsLessOne(const Sampling& sampling, std::span<const double> orders) {
  std::vector<double> moments(orders.size(), kUnbounded);
  const double s = 1 / std::sqrt(sampling.ratio2);
  if (s * s > kMostVariance || kMostDeviations * s < 2) return moments;
  const std::vector<Point> points = PointsOf(sampling);
  for (std::size_t i = 0; i < orders.size(); ++i) moments[i] = Integral(sampling, orders[i], points);
  return moments;
}

}  // namespace concordat::dp
