// Receipts: that an entry is on a log, for whoever has the file and the log's key, and no network
// (c2sp.org/tlog-proof). The entry's leaf goes along as extra data. Format: docs/formats/receipt.md. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/cosignature.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"

namespace concordat::ledger {

struct Receipt {
  std::optional<Bytes> extra;  // ours: the leaf. Not to be believed before CheckReceipt
  std::uint64_t index = 0;
  std::vector<Hash> proof;  // from the leaf's sibling up
  std::string checkpoint;   // a signed note, byte for byte
};

std::string FormatReceipt(const Receipt& receipt);
// Strict: FormatReceipt of it is the text. Errors: kInvalidArgument, also past 256 KB.
Result<Receipt> ParseReceipt(std::string_view text);

struct Policy {
  crypto::VerifyKey log;
  std::vector<crypto::CosignerKey> witnesses;
  std::size_t quorum = 0;  // of the witnesses must have cosigned
};
struct Checked {
  Checkpoint checkpoint;
  Entry entry;  // without its secret part
  std::vector<crypto::Cosigned> cosigned;
};
// That the leaf in the receipt is the log's entry. Errors: kInvalidArgument when it carries no leaf or
// another log's checkpoint; kCorrupt when a signature or the proof does not hold or the leaf is no entry of
// that number; kFailedPrecondition when fewer witnesses than the quorum have cosigned.
Result<Checked> CheckReceipt(const Receipt& receipt, const Policy& policy);

}  // namespace concordat::ledger
