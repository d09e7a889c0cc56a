// Authenticated encryption under a key that is used for one text. Source: RFC 8439, ChaCha20-Poly1305;
// libsodium does the work.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace concordat::crypto {

inline constexpr std::size_t kSealBytes = 16;  // that a sealed text is longer

// The nonce is zero: a key seals one text, ever. `about` is authenticated and not hidden.
Bytes SealOnce(const Secret32& key, ByteView text, ByteView about);
// Errors: kPermissionDenied for what was not sealed under this key, about this. The caller wipes what is
// secret.
Result<Bytes> OpenSealed(const Secret32& key, ByteView sealed, ByteView about);

}  // namespace concordat::crypto
