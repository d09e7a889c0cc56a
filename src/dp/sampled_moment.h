// Moments of the likelihood ratio between a sampled Gaussian and the plain one: what Rényi divergence is made
// of. Argument: sampled.proof.md. Pure functions.
#pragma once

#include <span>
#include <vector>

namespace concordat::dp {

// A sampled Gaussian release: chance of each unit, below 1, and (sensitivity / sigma)^2.
struct Sampling {
  double rate = 0;
  double ratio2 = 0;
};

// Upper bound on E[X^order] - 1 for X = 1 - q + q exp((2z - 1) / (2 s^2)), z of N(0, s^2), at a whole order
// up to 512; infinite past e^700.
double MomentLessOne(const Sampling& sampling, int order);
// The same at any orders from 2 to 16, by integration; infinite for s above 2^10, and for orders above 25 s.
std::vector<double> MomentsLessOne(const Sampling& sampling, std::span<const double> orders);

}  // namespace concordat::dp
