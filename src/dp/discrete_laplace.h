// Integer noise for pure epsilon, sampled without floating point.
//
// Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020), Algorithm 2.
// Argument: discrete_laplace.proof.md.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "dp/bits.h"

namespace concordat::dp {

// b or sigma, in grid steps. A fraction, so that no rounding enters the privacy argument.
struct Scale {
  std::uint32_t numerator = 0;
  std::uint32_t denominator = 1;
};

// X with P(X = x) proportional to exp(-|x| / b), exactly. Immutable; any number of threads may draw, each
// from bits of its own. Timing depends on the draw: never let a requester see it (pool.h).
class DiscreteLaplace {
 public:
  // Errors: kInvalidArgument if either part of `scale` is zero or past 2^24.
  static Result<DiscreteLaplace> Make(Scale scale);

  std::int64_t Sample(BitSource& bits) const;

 private:
  explicit DiscreteLaplace(Scale scale) : scale_(scale) {}

  Scale scale_;
};

}  // namespace concordat::dp
