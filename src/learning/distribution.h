// Tails and quantiles of the distributions that tests and intervals are read from: normal, t, F, chi-squared.
// Boost.Math computes them. Degrees of freedom may be fractions; NaN in, or degrees of freedom not above
// zero, gives NaN.
#pragma once

namespace concordat::learning {

// P(X > x).
double NormalTail(double x);
double TTail(double x, double df);
double ChiSquaredTail(double x, double df);
double FTail(double x, double df1, double df2);

// P(|X| > |x|): the p-value of a two-sided test.
double NormalTwoSided(double x);
double TTwoSided(double x, double df);

// P(X <= x), and the density at x.
double NormalCumulative(double x);
double NormalDensity(double x);

// The x with P(X <= x) = p; -infinity and infinity at 0 and 1, NaN outside of [0, 1].
double NormalQuantile(double p);
double TQuantile(double p, double df);
double ChiSquaredQuantile(double p, double df);
double FQuantile(double p, double df1, double df2);

}  // namespace concordat::learning
