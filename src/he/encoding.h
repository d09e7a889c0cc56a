// Messages as multiples of q / t, and back.
//
// m becomes round(q m / t), whose sum over parties is the encoding of the sum modulo t but for one half a
// party: so sums wrap exactly, however often. Source: Fan and Vercauteren, "Somewhat Practical Fully
// Homomorphic Encryption" (2012), with the quotient rounded after the product instead of before.
#pragma once

#include "base/int128.h"
#include "he/parameters.h"
#include "he/ring.h"
#include "he/secret.h"

namespace concordat::he {

// Up to n messages, once and for all primes: since q m = t f + r, f = round(q m / t) is -r / t modulo each.
// In constant time.
class Encoding {
 public:
  Encoding(Set set, ConstRow messages);
  // Adds f to the first coefficients.
  void AddTo(Row coefficients, std::size_t prime, Kernel kernel) const;

 private:
  Set set_;
  Secret<std::uint64_t> rests_;     // q m modulo t, in [0, t)
  Secret<std::int8_t> rounded_up_;  // whether that is t/2 or more
};

// What the residues of coefficients say: 2^128 x / q, modulo 2^128, and too small by less than one for each
// prime. Added up prime by prime.
void AddPosition(std::span<Uint128> positions, ConstRow residues, std::size_t prime, std::size_t primes);

// A position is a message, and how far it lies from its encoding, in units of q / 2^128.
struct Decoded {
  std::uint64_t message = 0;
  Uint128 distance = 0;
};
Decoded Decode(Set set, Uint128 position);

}  // namespace concordat::he
