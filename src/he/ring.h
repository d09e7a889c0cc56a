// The ring Z_q[X]/(X^n + 1) modulo one of the primes: transforms and arithmetic by one kernel.
#pragma once

#include "he/lanes.h"

namespace concordat::he {

class Ring {
 public:
  // Made at its first use and kept. Threading: from any thread.
  static const Ring& Of(std::size_t prime, Kernel kernel);

  const Modulus& modulus() const { return ntt_.modulus(); }
  void Forward(Row values) const { ntt_.Forward(values); }
  void Inverse(Row values) const { ntt_.Inverse(values); }

  void Add(Row sum, ConstRow other) const { lanes_.add(sum, other, modulus()); }
  void Subtract(Row difference, ConstRow other) const { lanes_.subtract(difference, other, modulus()); }
  void Multiply(Row product, ConstRow a, ConstRow b) const { lanes_.multiply(product, a, b, modulus()); }
  void AddSmall(Row sum, SmallRow small) const { lanes_.add_small(sum, small, modulus()); }
  void AddScaled(Row sum, ConstRow words, std::uint64_t factor) const {
    lanes_.add_scaled(sum, words, factor, modulus());
  }
  // The transform of a polynomial with small coefficients.
  void Lift(Row out, SmallRow small) const;

 private:
  Ring(std::size_t prime, Kernel kernel);

  Ntt ntt_;
  const Lanes& lanes_;
};

}  // namespace concordat::he
