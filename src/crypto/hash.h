// SHA-256 and what is built of it. Source: FIPS 180-4, RFC 2104; OpenSSL and libsodium do the work.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace concordat::crypto {

using Hash = std::array<std::uint8_t, 32>;

Hash Sha256(ByteView bytes);
// Of the parts, one after the other.
Hash Sha256(std::initializer_list<ByteView> parts);
// In hexadecimal, as documents and identities are named by it.
std::string Sha256Hex(std::string_view text);
Hash HmacSha256(ByteView key, ByteView message);

// In time that depends on the length alone. False for different lengths.
bool EqualInConstantTime(ByteView a, ByteView b);

}  // namespace concordat::crypto
