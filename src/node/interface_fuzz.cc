// Any bytes as the body of any operation: read without a crash, and what is read is of the declared kinds.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "node/interface.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using concordat::node::Operations;
  if (size == 0) return 0;
  const auto& operation = Operations()[data[0] % Operations().size()];
  const std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto arguments =
      concordat::node::ArgumentsFrom(operation, {.method = operation.method, .target = {}, .body = body});
  if (!arguments) return 0;
  CHECK(arguments->is_object());
  for (const auto& argument : operation.arguments)
    CHECK(!argument.required || arguments->contains(argument.name));
  return 0;
}
