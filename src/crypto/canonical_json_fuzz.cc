// Whatever is read and has a canonical form has that form for good.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "crypto/canonical_json.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = crypto::ParseJson({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const auto once = crypto::CanonicalJson(*value);
  if (!once) return 0;
  const auto again = crypto::ParseJson(*once);
  CHECK(again && *crypto::CanonicalJson(*again) == *once);
  return 0;
}
