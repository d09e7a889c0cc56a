// Salted commitments: a ledger leaf names a secret without showing it; erase salt and secret and nothing is
// left to find.
#pragma once

#include "base/bytes.h"
#include "base/random.h"
#include "crypto/hash.h"

namespace concordat::crypto {

using Salt = std::array<std::uint8_t, 32>;

Salt NewSalt(RandomSource& random);
// SHA-256("concordat/commitment/1\n" || salt || payload). Hiding because the salt has 256 bits of entropy,
// binding because SHA-256 resists collisions; the fixed-length salt makes the encoding unambiguous.
Hash Commit(const Salt& salt, ByteView payload);

}  // namespace concordat::crypto
