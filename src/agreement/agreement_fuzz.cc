// An agreement that is read is the one that its canonical form says.
#include "agreement/agreement.h"
#include "base/check.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = agreement::ParseAgreement({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  const auto again = agreement::ParseAgreement(read->canonical);
  CHECK(again && again->id == read->id && again->canonical == read->canonical);
  return 0;
}
