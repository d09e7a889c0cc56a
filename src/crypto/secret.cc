#include "crypto/secret.h"

#include <sodium.h>

namespace concordat::crypto {

void Wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace concordat::crypto
