// No client message gets in without the password, whatever it is made of.
#include "base/check.h"
#include "crypto/scram.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto split = std::min(text.find('\n'), text.size());
  const crypto::ScramVerifier verifier = crypto::MockScramVerifier("fuzz", AsBytes("secret"));
  crypto::ScramExchange exchange(verifier, Bytes{1, 2, 3}, "nonce");
  for (const char* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}) {
    if (exchange.Begin(mechanism, text.substr(0, split)))
      CHECK(!exchange.Finish(text.substr(std::min(split + 1, text.size()))));
  }
  (void)crypto::ParseScramVerifier(text);
  return 0;
}
