// A person's signing key in a file, shut by a passphrase. Format: docs/formats/keyfile.md.
//
// Argon2id (RFC 9106) makes a key of the passphrase; XChaCha20-Poly1305 seals the secret with it, the public
// key as associated data. Both are libsodium's.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "crypto/keys.h"

namespace concordat::crypto {

inline constexpr std::size_t kShortestPassphrase = 12;  // bytes

// The file's text. Takes about a tenth of a second and 64 MB. Errors: kInvalidArgument for a passphrase
// shorter than kShortestPassphrase; kResourceExhausted without the memory.
Result<std::string> ShutKey(const SigningKey& key, std::string_view passphrase, RandomSource& random);
// The public key, which needs no passphrase. Errors: kInvalidArgument when the text is no key file.
Result<VerifyKey> KeyOfFile(std::string_view text);
// Errors: kInvalidArgument when the text is no key file, asks for more than 1 GB or 16 passes, or was
// changed; kPermissionDenied for another passphrase.
Result<SigningKey> OpenKey(std::string_view text, std::string_view passphrase);

}  // namespace concordat::crypto
