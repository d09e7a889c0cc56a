#include "crypto/x25519.h"

#include <sodium.h>

#include "base/check.h"

namespace concordat::crypto {

bool HasSmallOrder(const X25519Public& key) { return !X25519Key(Secret32{}).SharedWith(key); }

X25519Key::X25519Key(const Secret32& seed) : seed_(seed) {
  CHECK(crypto_scalarmult_curve25519_base(public_key_.data(), seed_.data()) == 0);
}

Result<Secret32> X25519Key::SharedWith(const X25519Public& other) const {
  Secret32 shared;
  if (crypto_scalarmult_curve25519(shared.data(), seed_.data(), other.data()) != 0)
    return Fail(ErrorCode::kInvalidArgument, "a public key of small order", "do not trust who sent it");
  return shared;
}

}  // namespace concordat::crypto
