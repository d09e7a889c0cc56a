// A stream of bytes that nobody tells from random without the key. Source: AES-256 in counter mode, NIST SP
// 800-38A section 6.5; OpenSSL does the work, in constant time where the processor has AES.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "crypto/secret.h"

struct evp_cipher_ctx_st;

namespace concordat::crypto {

// From a counter of zero on: a key makes one stream, ever. Threading: one thread at a time.
class Keystream {
 public:
  explicit Keystream(const Secret32& key) : Keystream(key, {}) {}
  Keystream(const Secret32& key, const std::array<std::uint8_t, 16>& counter);
  Keystream(Keystream&& other) noexcept;
  Keystream& operator=(Keystream&&) = delete;
  ~Keystream();

  // The next bytes, written over `out`.
  void Next(std::span<std::uint8_t> out);

 private:
  evp_cipher_ctx_st* context_;  // owned; OpenSSL wipes it
};

}  // namespace concordat::crypto
