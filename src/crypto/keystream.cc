#include "crypto/keystream.h"

#include <openssl/evp.h>

#include <cstring>
#include <utility>

#include "base/check.h"

namespace concordat::crypto {

Keystream::Keystream(const Secret32& key, const std::array<std::uint8_t, 16>& counter)
    : context_(EVP_CIPHER_CTX_new()) {
  CHECK(context_ != nullptr);
  CHECK(EVP_EncryptInit_ex2(context_, EVP_aes_256_ctr(), key.data(), counter.data(), nullptr) == 1);
}

Keystream::Keystream(Keystream&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Keystream::~Keystream() { EVP_CIPHER_CTX_free(context_); }

void Keystream::Next(std::span<std::uint8_t> out) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // OpenSSL counts in int
  std::memset(out.data(), 0, out.size());
  while (!out.empty()) {
    const auto part = out.first(std::min(out.size(), kMost));
    int written = 0;
    CHECK(EVP_EncryptUpdate(context_, part.data(), &written, part.data(), static_cast<int>(part.size())) ==
          1);
    CHECK(written == static_cast<int>(part.size()));
    out = out.subspan(part.size());
  }
}

}  // namespace concordat::crypto
