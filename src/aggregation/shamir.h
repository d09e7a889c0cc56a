// Seeds of 32 bytes in shares, of which `threshold` give the seed back and fewer tell nothing of it.
//
// Each byte is shared by a polynomial of its own over GF(2^8) = GF(2)[x]/(x^8 + x^4 + x^3 + x + 1). Source:
// Shamir, "How to Share a Secret" (1979). Argument: shamir.proof.md. In constant time: what is done depends
// on the holders' places and the threshold, which are public.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace concordat::aggregation {

// A share and the point at which it is the polynomial's value, never 0.
struct Share {
  std::uint8_t point = 0;
  crypto::Secret32 value;
};

// One share for each point, in their order. Precondition (CHECK): distinct points, none 0, and a threshold
// from 1 to their number.
std::vector<Share> Deal(const crypto::Secret32& seed, std::span<const std::uint8_t> points,
                        std::size_t threshold, RandomSource& random);

// The seed, of exactly as many shares as the threshold was. Others give another seed: the caller compares.
// Errors: kInvalidArgument: no share, a point twice, the point 0.
Result<crypto::Secret32> Restore(std::span<const Share> shares);

}  // namespace concordat::aggregation
