// Any node.yaml is read or refused with its line; what was read is written and read again the same, unless a
// name in it has no plain form.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "node/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat::node;
  const auto config = ParseConfig({reinterpret_cast<const char*>(data), size});
  if (!config) {
    CHECK(!config.error().message.empty() && !config.error().remedy.empty());
    return 0;
  }
  CHECK(!config->member.empty() && ParseEndpoint(config->listen));
  if (const auto again = ParseConfig(WriteConfig(*config)); again && *again == *config)
    CHECK(WriteConfig(*again) == WriteConfig(*config));
  return 0;
}
