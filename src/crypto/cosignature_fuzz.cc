// Keys that are read are written back byte for byte; and no note that anyone sends is cosigned by a key that
// did not sign it.
#include "base/check.h"
#include "crypto/cosignature.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::CosignerKey stranger("witness.camden", {1});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto key = crypto::CosignerKey::Parse(text)) {
    CHECK(key->Text() == text);
    CHECK(!crypto::VerifyKey::Parse(text));
  }
  if (const auto secret = crypto::Cosigner::Parse(text)) CHECK(secret->SecretText() == text);
  if (const auto note = crypto::ParseNote(text)) {
    const auto cosigned = crypto::VerifyCosignatures(*note, {stranger});
    CHECK(!cosigned || cosigned->empty());
  }
  return 0;
}
