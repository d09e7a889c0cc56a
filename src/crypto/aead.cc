#include "crypto/aead.h"

#include <sodium.h>

namespace concordat::crypto {
namespace {

constexpr std::array<std::uint8_t, crypto_aead_chacha20poly1305_IETF_NPUBBYTES> kNonce{};
static_assert(kSealBytes == crypto_aead_chacha20poly1305_IETF_ABYTES);
static_assert(Secret32::size() == crypto_aead_chacha20poly1305_IETF_KEYBYTES);

}  // namespace

Bytes SealOnce(const Secret32& key, ByteView text, ByteView about) {
  Bytes sealed(text.size() + kSealBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, text.data(), text.size(), about.data(),
                                            about.size(), nullptr, kNonce.data(), key.data());
  return sealed;
}

Result<Bytes> OpenSealed(const Secret32& key, ByteView sealed, ByteView about) {
  Bytes text(sealed.size() < kSealBytes ? 0 : sealed.size() - kSealBytes);
  if (sealed.size() < kSealBytes ||
      crypto_aead_chacha20poly1305_ietf_decrypt(text.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                about.data(), about.size(), kNonce.data(), key.data()) != 0)
    return Fail(ErrorCode::kPermissionDenied, "a sealed text that this key does not open");
  return text;
}

}  // namespace concordat::crypto
