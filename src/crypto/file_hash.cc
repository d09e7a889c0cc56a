#include "crypto/file_hash.h"

#include <sodium.h>

#include <cerrno>
#include <fstream>
#include <vector>

namespace concordat::crypto {

Result<Hash> Sha256OfFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const bool denied = errno == EACCES;
    return Fail(denied ? ErrorCode::kPermissionDenied : ErrorCode::kNotFound,
                path.string() + (denied ? " may not be read" : " is not there"),
                "check the path and who may read it");
  }
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::vector<char> piece(std::size_t{1} << 20);
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto* bytes = reinterpret_cast<const unsigned char*>(piece.data());
    crypto_hash_sha256_update(&state, bytes, static_cast<unsigned long long>(file.gcount()));
  }
  if (file.bad() || !file.eof())
    return Fail(ErrorCode::kInternal, path.string() + " could not be read to its end");
  Hash hash;
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

}  // namespace concordat::crypto
