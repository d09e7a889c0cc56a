#include "ledger/receipt.h"

#include <fmt/format.h>

namespace concordat::ledger {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1\n";
constexpr std::size_t kLongestReceipt =
    256 * 1024;  // a leaf of 64 KiB in base64, and a note with many signatures

tl::unexpected<Error> BadReceipt(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "not a receipt: " + what, "copy the file again, whole");
}

}  // namespace

std::string FormatReceipt(const Receipt& receipt) {
  return fmt::format("{}{}index {}\n{}\n{}", kFirstLine,
                     receipt.extra ? fmt::format("extra {}\n", ToBase64(*receipt.extra)) : "", receipt.index,
                     FormatHashes(receipt.proof), receipt.checkpoint);
}

Result<Receipt> ParseReceipt(std::string_view text) {
  if (text.size() > kLongestReceipt) return BadReceipt("longer than 256 KB");
  if (!text.starts_with(kFirstLine)) return BadReceipt("its first line is not c2sp.org/tlog-proof@v1");
  text.remove_prefix(kFirstLine.size());
  Receipt receipt;
  if (text.starts_with("extra")) {
    const std::string_view line = TRY(TakeLine(text, "extra"));
    const auto extra = FromBase64(line);
    if (!extra) return BadReceipt("its extra data is not base64");
    receipt.extra = *extra;
  }
  const std::string_view index = TRY(TakeLine(text, "index"));
  receipt.index = TRY(ParseDecimal(index));
  receipt.proof = TRY(TakeHashes(text));
  if (const auto note = crypto::ParseNote(text); !note) return BadReceipt("its checkpoint is no signed note");
  receipt.checkpoint = text;
  return receipt;
}

Result<Checked> CheckReceipt(const Receipt& receipt, const Policy& policy) {
  if (!receipt.extra) return BadReceipt("it does not carry the entry");
  const crypto::Note note = TRY(crypto::ParseNote(receipt.checkpoint));
  Checked checked;
  checked.checkpoint = TRY(OpenSigned(note, policy.log));
  checked.cosigned = TRY(crypto::VerifyCosignatures(note, policy.witnesses));
  if (checked.cosigned.size() < policy.quorum) {
    return Fail(ErrorCode::kFailedPrecondition,
                fmt::format("{} of {} witnesses asked for have cosigned this checkpoint",
                            checked.cosigned.size(), policy.quorum),
                "ask for a receipt with a newer checkpoint, or lower --quorum");
  }
  if (!VerifyInclusion(receipt.index, checked.checkpoint.size, LeafHash(*receipt.extra), receipt.proof,
                       checked.checkpoint.root)) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the receipt does not prove that this is entry {} of {}", receipt.index,
                            Describe(checked.checkpoint)),
                "do not trust this receipt");
  }
  checked.entry = TRY(DecodeEntry(receipt.index, {.leaf = *receipt.extra, .salt = {}, .secret = {}}));
  return checked;
}

}  // namespace concordat::ledger
