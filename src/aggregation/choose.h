// Which way a sum goes.
#pragma once

#include <cstddef>

#include "aggregation/terms.h"

namespace concordat::aggregation {

// Bytes up to which a sum is encrypted: of public shares and contributions, as every party is handed all of
// them. A third of a second at 100 Mbit/s, where masks ask for some kilobytes.
inline constexpr std::size_t kFewBytes = std::size_t{4} << 20;

// What the plan and the agreement say of a sum.
struct Occasion {
  std::size_t length = 0;
  Width width = Width::k64;
  std::size_t parties = 0;
  bool undisclosed =
      false;  // a party's contribution must stay encrypted whoever opens: the agreement asks for it
};

// Encryption while its ciphertexts are few: fewer secrets to recover, a sum that each party forms itself.
// Masks once what the relay would carry to every party outweighs that. The bound is argued in
// docs/formats/sum.md. Errors: kInvalidArgument when encryption is asked for and the vector is too long for
// it.
Result<Way> Choose(const Occasion& occasion);

}  // namespace concordat::aggregation
