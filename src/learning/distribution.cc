#include "learning/distribution.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace concordat::learning {
namespace {

namespace math = boost::math;

// Values instead of exceptions, in doubles: what is compared is good to 1e-15 without long doubles.
using Quiet = math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                                     math::policies::pole_error<math::policies::ignore_error>,
                                     math::policies::overflow_error<math::policies::ignore_error>,
                                     math::policies::underflow_error<math::policies::ignore_error>,
                                     math::policies::evaluation_error<math::policies::ignore_error>,
                                     math::policies::rounding_error<math::policies::ignore_error>>;
using Normal = math::normal_distribution<double, Quiet>;
using T = math::students_t_distribution<double, Quiet>;
using ChiSquared = math::chi_squared_distribution<double, Quiet>;
using F = math::fisher_f_distribution<double, Quiet>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Not above zero, infinite or NaN: no distribution.
bool NoDegrees(double df) { return !(df > 0) || std::isinf(df); }

// `lowest` is where the distribution begins.
template <class Distribution>
double Tail(const Distribution& distribution, double x, double lowest) {
  if (std::isnan(x)) return kNan;
  if (x <= lowest) return 1;
  if (x == kInfinity) return 0;
  return math::cdf(math::complement(distribution, x));
}

template <class Distribution>
double Quantile(const Distribution& distribution, double p, double lowest) {
  if (!(p >= 0 && p <= 1)) return kNan;
  if (p == 0) return lowest;
  if (p == 1) return kInfinity;
  return math::quantile(distribution, p);
}

}  // namespace

double NormalTail(double x) { return std::erfc(x / std::numbers::sqrt2) / 2; }

double TTail(double x, double df) { return NoDegrees(df) ? kNan : Tail(T(df), x, -kInfinity); }

double ChiSquaredTail(double x, double df) { return NoDegrees(df) ? kNan : Tail(ChiSquared(df), x, 0); }

double FTail(double x, double df1, double df2) {
  return NoDegrees(df1) || NoDegrees(df2) ? kNan : Tail(F(df1, df2), x, 0);
}

double NormalTwoSided(double x) { return 2 * NormalTail(std::abs(x)); }

double TTwoSided(double x, double df) { return 2 * TTail(std::abs(x), df); }

double NormalCumulative(double x) { return NormalTail(-x); }

double NormalDensity(double x) {
  return std::exp(-x * x / 2) / (std::numbers::sqrt2 / std::numbers::inv_sqrtpi);
}

double NormalQuantile(double p) { return Quantile(Normal(), p, -kInfinity); }

double TQuantile(double p, double df) { return NoDegrees(df) ? kNan : Quantile(T(df), p, -kInfinity); }

double ChiSquaredQuantile(double p, double df) {
  return NoDegrees(df) ? kNan : Quantile(ChiSquared(df), p, 0);
}

double FQuantile(double p, double df1, double df2) {
  return NoDegrees(df1) || NoDegrees(df2) ? kNan : Quantile(F(df1, df2), p, 0);
}

}  // namespace concordat::learning
