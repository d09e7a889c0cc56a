// No text makes the contract parser throw, hang or crash.
#include "catalogue/contract.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)catalogue::ParseContract(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
