// Which way a sum goes.
#pragma once

#include <cstddef>

#include "aggregation/terms.h"

namespace concordat::aggregation {

// Slots times parties up to which a sum is encrypted: what a party adds up, at most half a megabyte a
// contribution for two of them.
inline constexpr std::size_t kFewSlots = std::size_t{1} << 17;

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
