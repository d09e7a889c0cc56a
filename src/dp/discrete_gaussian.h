// Integer noise for zero-concentrated privacy, sampled without floating point.
//
// Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020), Algorithm 3.
// Argument: discrete_gaussian.proof.md.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "dp/bits.h"
#include "dp/discrete_laplace.h"

namespace concordat::dp {

// X with P(X = x) proportional to exp(-x^2 / (2 sigma^2)), exactly. Immutable; any number of threads may
// draw, each from bits of its own. Timing depends on the draw: never let a requester see it (pool.h).
class DiscreteGaussian {
 public:
  // Errors: kInvalidArgument if either part of `sigma` is zero, or the fraction too large or fine for 64-bit
  // integers.
  static Result<DiscreteGaussian> Make(Scale sigma);

  std::int64_t Sample(BitSource& bits) const;

 private:
  // Accepts a Laplace draw y with probability exp(-(slope |y| - offset)^2 / denominator).
  DiscreteGaussian(DiscreteLaplace proposal, std::uint64_t slope, std::uint64_t offset,
                   std::uint64_t denominator)
      : proposal_(proposal), slope_(slope), offset_(offset), denominator_(denominator) {}

  DiscreteLaplace proposal_;
  std::uint64_t slope_;
  std::uint64_t offset_;
  std::uint64_t denominator_;
};

}  // namespace concordat::dp
