// No body that another member sends for a product makes reading it throw or crash, and what was read is
// written alike.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "catalogue/abroad.h"
#include "catalogue/product_json.h"
#include "crypto/canonical_json.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = crypto::ParseJson({reinterpret_cast<const char*>(data), size});
  if (!body) return 0;
  catalogue::Abroad abroad;
  abroad.Apply({.index = 0,
                .time = {},
                .kind = "abroad.product",
                .body = {{"member", "budapest"}, {"product", *body}},
                .secret = {}});
  const auto product = abroad.Find("budapest/heart@1");
  if (product == nullptr) return 0;
  catalogue::Abroad again;
  again.Apply({.index = 0,
               .time = {},
               .kind = "abroad.product",
               .body = {{"member", "budapest"}, {"product", catalogue::ToJson(*product)}},
               .secret = {}});
  CHECK(again.Find("budapest/heart@1") != nullptr);
  CHECK(catalogue::ToJson(*again.Find("budapest/heart@1")) == catalogue::ToJson(*product));
  return 0;
}
