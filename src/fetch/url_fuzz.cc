// An address that is read is written, and read again, as the same.
#include "base/check.h"
#include "fetch/fetch.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto url = fetch::ParseUrl({reinterpret_cast<const char*>(data), size});
  if (!url) return 0;
  const auto again = fetch::ParseUrl(url->Text());
  CHECK(again && again->Text() == url->Text());
  return 0;
}
