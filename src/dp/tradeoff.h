// Gaussian differential privacy: how well the best test tells N(0, 1) from N(mu, 1), as (epsilon, delta).
//
// A mechanism is mu-GDP if no test tells its answers on neighbours better than that one tells those two.
// Source: Dong, Roth, Su, "Gaussian Differential Privacy" (2022), Corollary 2.13; Balle and Wang (2018),
// Theorem 8. Arguments, with the one about rounding: accounting.proof.md. Pure functions.
#pragma once

namespace concordat::dp {

// Upper bound on the smallest delta with mu-GDP => (epsilon, delta)-DP. Precondition: mu > 0, epsilon >= 0.
double GaussianDelta(double mu, double epsilon);
// An epsilon in [0, 64] with GaussianDelta(mu, epsilon) <= delta, the smallest to 15 digits; infinite if
// there is none. 0 for mu 0.
double GaussianEpsilon(double mu, double delta);
// The largest mu, rounded down, with GaussianEpsilon(mu, delta) <= epsilon.
double GaussianMu(double epsilon, double delta);
// Upper bound on the mu for which every epsilon-DP mechanism is mu-GDP: 2 Phi^-1(e^epsilon / (1 +
// e^epsilon)).
double MuOfPure(double epsilon);

}  // namespace concordat::dp
