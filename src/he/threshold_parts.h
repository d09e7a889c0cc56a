// What KeyShare and PublicKey are made of. For threshold*.cc alone.
//
// Constant time: secrets are the share, errors, the polynomial u, values and flooding. They go through
// sample.cc, encoding.cc, the transforms and lanes, each of which is in constant time; in threshold*.cc
// nothing depends on them. What malformed bytes are refused for, everybody may see.
#pragma once

#include "he/aligned.h"
#include "he/ring.h"
#include "he/secret.h"
#include "he/threshold.h"

namespace concordat::he {

inline Row PartOf(Residues& residues, std::size_t prime) {
  return Row(residues).subspan(prime * kRingDegree, kRingDegree);
}
inline ConstRow PartOf(const Residues& residues, std::size_t prime) {
  return ConstRow(residues).subspan(prime * kRingDegree, kRingDegree);
}

struct KeyShare::Secrets {
  Set set;
  Kernel kernel;
  Seed common;
  Secret<std::int8_t> share, error;
};

// By their transforms.
struct PublicKey::Halves {
  Set set = Set::kT64;
  Kernel kernel = Kernel::kScalar;
  std::size_t parties = 0;
  Residues a, b;
};

}  // namespace concordat::he
