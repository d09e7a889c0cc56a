// Ternary, centred binomial and uniform polynomials out of a stream, n coefficients each.
//
// The first two are secrets, sampled in constant time: what is done depends on them nowhere. (How many bytes
// are rejected does vary; it is independent of the values of those that are not.)
#pragma once

#include "he/aligned.h"
#include "he/lanes.h"
#include "he/secret.h"
#include "he/stream.h"

namespace concordat::he {

// -1, 0, 1 with chance 1/3 each. Bytes in turn; one of 243 and more is passed over, others give five digits
// of base 3, the lowest first, less 1.
Secret<std::int8_t> SampleTernary(Stream& stream);

// Between -21 and 21: eight bytes, little-endian, a coefficient, the ones among whose low 42 bits less 21.
Secret<std::int8_t> SampleError(Stream& stream, Kernel kernel);

// Residues modulo each prime in turn, uniform: eight bytes, little-endian, a residue, of which the low 49
// bits; one that is not below q is passed over. Not in constant time: it is for what everybody may see.
Residues SampleUniform(Stream& stream, std::size_t primes);

// The uniform half of the encryption of a polynomial, or of a joint key (polynomial 0), by its transform.
Residues UniformHalf(Set set, const Seed& seed, std::size_t polynomial);

}  // namespace concordat::he
