// What shared secrets, keys and streams are made of, against the vectors of their standards.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing_random.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "crypto/keystream.h"
#include "crypto/x25519.h"

namespace concordat::crypto {
namespace {

Secret32 SecretOf(std::string_view hex) {
  const Bytes bytes = *FromHex(hex);
  Secret32 secret;
  std::copy_n(bytes.begin(), 32, secret.data());
  return secret;
}

X25519Public PublicOf(std::string_view hex) {
  X25519Public key;
  std::ranges::copy(*FromHex(hex), key.begin());
  return key;
}

// RFC 7748, section 5.2, and the exchange of section 6.1.
TEST(X25519, FollowsItsVectors) {
  const struct {
    const char* name;
    const char* seed;
    const char* other;
    const char* shared;
  } cases[] = {
      {"first", "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
       "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
       "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
      {"second, a public key with its highest bit set",
       "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
       "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
       "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto shared = X25519Key(SecretOf(c.seed)).SharedWith(PublicOf(c.other));
    ASSERT_TRUE(shared);
    EXPECT_EQ(ToHex(*shared), c.shared);
  }
  const X25519Key alice(SecretOf("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const X25519Key bob(SecretOf("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(ToHex(alice.public_key()), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(ToHex(bob.public_key()), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  EXPECT_EQ(ToHex(*alice.SharedWith(bob.public_key())),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  EXPECT_EQ(ToHex(*bob.SharedWith(alice.public_key())), ToHex(*alice.SharedWith(bob.public_key())));
}

TEST(X25519, RefusesKeysWithWhichAllShareTheSecret) {
  const X25519Key key(SecretOf("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  for (const char* small : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})
    EXPECT_FALSE(key.SharedWith(PublicOf(small))) << small;
}

// RFC 5869, appendix A.1 to A.3.
TEST(Hkdf, FollowsItsVectors) {
  const struct {
    const char* name;
    std::string secret, salt, info;
    const char* key;
  } cases[] = {
      {"basic", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
       "f0f1f2f3f4f5f6f7f8f9",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {"longer inputs",
       "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
       "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
       "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
       "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
       "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
       "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
       "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {"no salt, no info", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Bytes secret = *FromHex(c.secret), salt = *FromHex(c.salt), info = *FromHex(c.info);
    Bytes key(std::string_view(c.key).size() / 2);
    Hkdf({.secret = secret, .salt = salt, .info = info}, key);
    EXPECT_EQ(ToHex(key), c.key);
  }
}

// RFC 8439, section 2.8.2, has a nonce of its own; under a nonce of zero: appendix A.1's second vector is the
// stream that hides the text, from its second block on.
TEST(Aead, HidesUnderTheStreamOfItsKey) {
  const Bytes zeros(64);
  const Bytes sealed = SealOnce({}, zeros, {});
  EXPECT_EQ(ToHex(ByteView(sealed).first(64)),
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d5"
            "31ed1f28510afb45ace10a1f4b794d6f");
}

TEST(Aead, OpensNothingElse) {
  const Secret32 key = SecretOf("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const Bytes sealed = SealOnce(key, AsBytes("a share"), AsBytes("camden to lewisham"));
  EXPECT_EQ(AsText(*OpenSealed(key, sealed, AsBytes("camden to lewisham"))), "a share");
  EXPECT_FALSE(OpenSealed({}, sealed, AsBytes("camden to lewisham")));
  EXPECT_FALSE(OpenSealed(key, sealed, AsBytes("lewisham to camden")));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenSealed(key, changed, AsBytes("camden to lewisham"))) << i;
    EXPECT_FALSE(OpenSealed(key, ByteView(sealed).first(i), AsBytes("camden to lewisham"))) << i;
  }
}

// NIST SP 800-38A, F.5.5: stream = plain text XOR cipher text.
TEST(Keystream, FollowsItsVector) {
  std::array<std::uint8_t, 16> counter;
  std::ranges::copy(*FromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), counter.begin());
  Keystream stream(SecretOf("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"), counter);
  const Bytes plain = *FromHex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  Bytes text(plain.size());
  stream.Next(text);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] ^= plain[i];
  EXPECT_EQ(ToHex(text),
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
            "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
}

TEST(Keystream, GoesOnWhereItWas) {
  Bytes whole(1000), parts(1000, 0xaa);
  Keystream(Secret32{}).Next(whole);
  Keystream stream{Secret32{}};
  for (std::size_t at = 0, size = 1; at < parts.size(); at += size, size += 7)
    stream.Next(std::span(parts).subspan(at, std::min(size, parts.size() - at)));
  EXPECT_EQ(parts, whole);
}

// Long inputs are hashed by another library than short ones: the million letters a of FIPS 180-4, and their
// parts.
TEST(Sha256, IsOneFunctionAtAnyLength) {
  const Bytes letters(1000000, 'a');
  const ByteView all = letters;
  const char* hash = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  EXPECT_EQ(ToHex(Sha256(all)), hash);
  EXPECT_EQ(ToHex(Sha256({all.first(1), {}, all.subspan(1, 499999), all.subspan(500000)})), hash);
  EXPECT_EQ(Sha256(all.first(16383)), Sha256({all.first(16000), all.subspan(16000, 383)}));
  EXPECT_EQ(Sha256(all.first(16384)), Sha256({all.first(16000), all.subspan(16000, 384)}));
}

}  // namespace
}  // namespace concordat::crypto
