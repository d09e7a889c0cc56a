// Coins of exactly rational and exactly exponential bias, without floating point.
//
// Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020), Algorithm 1.
// Argument: bernoulli.proof.md. Timing depends on the outcome: never let a requester see it.
#pragma once

#include <cstdint>

#include "base/int128.h"
#include "dp/bits.h"

namespace concordat::dp {

// Uniform on 0 .. bound-1. Precondition: 0 < bound <= 2^48.
std::uint64_t UniformBelow(std::uint64_t bound, BitSource& bits);

// True with probability numerator / denominator. Precondition: numerator <= denominator, 0 < denominator <
// 2^47.
bool Bernoulli(std::uint64_t numerator, std::uint64_t denominator, BitSource& bits);

// True with probability exp(-numerator / denominator). Precondition: 0 < denominator < 2^48.
bool BernoulliExp(Uint128 numerator, std::uint64_t denominator, BitSource& bits);

// True with probability 1/e.
bool BernoulliInverseE(BitSource& bits);

}  // namespace concordat::dp
