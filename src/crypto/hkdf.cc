#include "crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

#include "base/check.h"

namespace concordat::crypto {
namespace {

struct Free {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

OSSL_PARAM Octets(const char* name, ByteView bytes) {
  // OpenSSL reads, and asks for a pointer that could write; for no bytes, too, it wants one.
  static std::uint8_t nothing = 0;
  auto* data = bytes.empty() ? &nothing : const_cast<std::uint8_t*>(bytes.data());
  return OSSL_PARAM_construct_octet_string(name, data, bytes.size());
}

}  // namespace

void Hkdf(const Derivation& derivation, std::span<std::uint8_t> key) {
  static const std::unique_ptr<EVP_KDF, Free> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, Free> context(EVP_KDF_CTX_new(kdf.get()));
  CHECK(context != nullptr && !derivation.secret.empty());
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   Octets(OSSL_KDF_PARAM_KEY, derivation.secret),
                                   Octets(OSSL_KDF_PARAM_SALT, derivation.salt),
                                   Octets(OSSL_KDF_PARAM_INFO, derivation.info), OSSL_PARAM_construct_end()};
  CHECK(EVP_KDF_derive(context.get(), key.data(), key.size(), parameters) == 1);
}

}  // namespace concordat::crypto
