// SHA-256 of files of any size.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "crypto/hash.h"

namespace concordat::crypto {

// Read once, in pieces. Errors: kNotFound, kPermissionDenied, kInternal when reading fails half way.
Result<Hash> Sha256OfFile(const std::filesystem::path& path);

}  // namespace concordat::crypto
