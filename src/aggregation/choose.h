// Which way a sum goes.
#pragma once

#include <cstddef>

#include "aggregation/terms.h"

namespace concordat::aggregation {

// What the plan and the agreement say of a sum.
struct Occasion {
  std::size_t length = 0;
  Width width = Width::k64;
  bool undisclosed = false;  // a party contributes under encryption alone
};

// Masks: kilobytes where ciphertexts are megabytes, less work at every size and number of parties measured,
// and they open no less and no more (sum.proof.md). Encryption where a party asks for it: what it contributes
// is then in no hand but as a ciphertext under a key that all hold together. See docs/formats/sum.md. Errors:
// kInvalidArgument when encryption is asked for and the vector is too long for it.
Result<Way> Choose(const Occasion& occasion);

}  // namespace concordat::aggregation
