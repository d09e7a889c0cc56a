#include "crypto/commitment.h"

namespace concordat::crypto {

Salt NewSalt(RandomSource& random) {
  Salt salt;
  random.Fill(salt);
  return salt;
}

Hash Commit(const Salt& salt, ByteView payload) {
  return Sha256({AsBytes("concordat/commitment/1\n"), salt, payload});
}

}  // namespace concordat::crypto
