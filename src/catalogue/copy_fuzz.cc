// No bytes make the reader of copies throw or crash; what it reads is written back byte for byte; nothing
// that is not signed passes; and no body of another member's makes reading its files' names throw.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "catalogue/copy.h"
#include "ledger/receipt.h"

using namespace concordat;
using namespace concordat::catalogue;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::VerifyKey owner("cleveland", {1});
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto parts = ParseCopy(bytes)) {
    CHECK(FormatCopy(*parts) == bytes);
    const auto receipt = ledger::ParseReceipt(parts->receipt);
    CHECK(!receipt || !ledger::CheckReceipt(*receipt, {.log = owner, .witnesses = {}}));
  }
  const Json body = Json::parse(bytes, nullptr, false);
  if (!body.is_object()) return 0;
  if (const auto open = OpenFromJson(body); open && *open) CHECK(!(*open)->files.empty());
  return 0;
}
