// Any text is a key file whose public key stands in it, or it is refused; no passphrase is tried.
#include "base/check.h"
#include "crypto/keyfile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto key = concordat::crypto::KeyOfFile(text);
  CHECK(key ? !key->name().empty() : !key.error().remedy.empty());
  return 0;
}
