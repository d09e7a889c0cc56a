// Any line on the control socket is a request or is told that it is none.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "node/control.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat;
  const auto request = node::ParseRequest({reinterpret_cast<const char*>(data), size});
  if (!request) return 0;
  CHECK(request->arguments->is_object());
  const Json line = {{"verb", request->verb}, {"arguments", *request->arguments}};
  const auto again = node::ParseRequest(line.dump(-1, ' ', false, Json::error_handler_t::replace));
  CHECK(again && again->arguments->size() <= request->arguments->size());
  return 0;
}
