#include "he/stream.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>

#include "base/check.h"
#include "crypto/hash.h"
#include "he/secret.h"

namespace concordat::he {
namespace {

constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // lengths are ints there

EVP_CIPHER_CTX* ContextOf(const Seed& key) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  constexpr std::array<std::uint8_t, 16> kFromZero{};
  CHECK(context != nullptr);
  CHECK(EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nullptr, key.data(), kFromZero.data()) == 1);
  return context;
}

EVP_CIPHER_CTX* ContextOf(RandomSource& random) {
  Seed key;
  random.Fill(key);
  EVP_CIPHER_CTX* const context = ContextOf(key);
  Wipe(key.data(), key.size());
  return context;
}

}  // namespace

void Wipe(void* memory, std::size_t bytes) { OPENSSL_cleanse(memory, bytes); }

void Stream::Ends::operator()(void* context) const {
  EVP_CIPHER_CTX_free(static_cast<EVP_CIPHER_CTX*>(context));  // wipes the key schedule
}

Stream::Stream(const Seed& key) : context_(ContextOf(key)) {}
Stream::Stream(RandomSource& random) : context_(ContextOf(random)) {}

void Stream::Fill(std::span<std::uint8_t> out) {
  auto* const context = static_cast<EVP_CIPHER_CTX*>(context_.get());
  while (!out.empty()) {
    const std::span<std::uint8_t> part = out.first(std::min(out.size(), kMostAtOnce));
    std::ranges::fill(part, 0);
    int length = 0;
    CHECK(EVP_EncryptUpdate(context, part.data(), &length, part.data(), static_cast<int>(part.size())) == 1);
    CHECK(static_cast<std::size_t>(length) == part.size());
    out = out.subspan(part.size());
  }
}

void Stream::Fill(std::span<std::uint64_t> out) {
  static_assert(std::endian::native == std::endian::little);
  Fill(std::span(reinterpret_cast<std::uint8_t*>(out.data()), out.size_bytes()));
}

Stream Derive(const Seed& seed, std::string_view purpose, ByteView context) {
  Bytes message;
  for (const ByteView part : {AsBytes("concordat/he/1 "), AsBytes(purpose), AsBytes("\n"), context})
    message.insert(message.end(), part.begin(), part.end());
  Seed key = crypto::HmacSha256(seed, message);
  Stream stream(key);
  Wipe(key.data(), key.size());
  return stream;
}

}  // namespace concordat::he
