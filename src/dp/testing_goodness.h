// Does a sample follow a distribution? Tests alone link it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace concordat::dp {

using Probability = std::function<double(std::int64_t)>;  // of a value, up to a constant factor

// P(X = x) up to a factor.
Probability GaussianProbability(double sigma);
Probability LaplaceProbability(double b);

// Pearson's chi-square over all values expected at least 25 times, the rest in one bin. True if the sample is
// further from `probability` than chance explains: false alarms below 1e-6 (Laurent and Massart 2000, Lemma
// 1).
bool RefutesDistribution(const std::vector<std::int64_t>& sample, const Probability& probability);

// Kolmogorov and Smirnov's test against a continuous distribution: false alarms below 1e-6 (Massart 1990).
bool RefutesShape(std::vector<std::int64_t> sample, const std::function<double(double)>& cumulative);

}  // namespace concordat::dp
