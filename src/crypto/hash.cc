#include "crypto/hash.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <memory>

#include "base/check.h"

namespace concordat::crypto {
namespace {

// libsodium asks for this before any other call. Every other file here that uses it uses this one too.
const bool kSodiumReady = [] {
  CHECK(sodium_init() >= 0);
  return true;
}();

// From this many bytes on, OpenSSL's use of the processor's own SHA instructions outweighs finding it.
constexpr std::size_t kLong = 16384;

Hash LongSha256(std::initializer_list<ByteView> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  CHECK(context != nullptr && EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) == 1);
  for (const ByteView part : parts) CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  Hash hash;
  CHECK(EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1);
  return hash;
}

}  // namespace

Hash Sha256(ByteView bytes) { return Sha256({bytes}); }

std::string Sha256Hex(std::string_view text) { return ToHex(Sha256(AsBytes(text))); }

Hash Sha256(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  if (size >= kLong) return LongSha256(parts);
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const ByteView part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
  Hash hash;
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

Hash HmacSha256(ByteView key, ByteView message) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, message.data(), message.size());
  Hash hash;
  crypto_auth_hmacsha256_final(&state, hash.data());
  sodium_memzero(&state, sizeof state);
  return hash;
}

bool EqualInConstantTime(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace concordat::crypto
