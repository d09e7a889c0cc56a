// Receipts, requests to a witness and its replies: what is read is written back byte for byte, and nothing
// that is not signed passes.
#include "base/check.h"
#include "ledger/receipt.h"
#include "ledger/witness.h"

using namespace concordat;
using namespace concordat::ledger;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::VerifyKey log("lewisham", {1});
  static const crypto::CosignerKey witness("witness.camden", {2});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto receipt = ParseReceipt(text)) {
    CHECK(FormatReceipt(*receipt) == text);
    CHECK(!CheckReceipt(*receipt, {.log = log, .witnesses = {witness}}));
  }
  if (const auto request = ParseWitnessRequest(text)) CHECK(FormatWitnessRequest(*request) == text);
  WitnessBook book;
  book.Apply(
      {.index = 0, .time = {}, .kind = kind::kWitnessFollows, .body = {{"key", log.Text()}}, .secret = {}});
  CHECK(!Judge(book, text).accepted);
  static const std::string note = "lewisham\n1\n" + ToBase64(Hash{}) + "\n\n\xE2\x80\x94 lewisham AAAAAAAA\n";
  for (const int status : {200, 409}) {
    const auto answer = ReadWitnessReply({status, "text/x.tlog.size", std::string(text)}, note, witness);
    CHECK(!answer || answer->known);
  }
  return 0;
}
