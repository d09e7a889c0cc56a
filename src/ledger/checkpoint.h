// The log's head as a signed note (c2sp.org/tlog-checkpoint): origin, size, root.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/note.h"
#include "ledger/merkle.h"

namespace concordat::ledger {

struct Checkpoint {
  std::string origin;  // the log's name, which is its key's
  std::uint64_t size = 0;
  Hash root{};
  bool operator==(const Checkpoint&) const = default;
};

// "ORIGIN\nSIZE\nBASE64(root)\n"
std::string CheckpointText(const Checkpoint& checkpoint);
// Strict: no leading zeros, no signs; further lines after the third are extensions and passed over.
Result<Checkpoint> ParseCheckpoint(std::string_view text);

// The checkpoint of a note, signed by the log whose key is given and named as that key is.
// Errors: kInvalidArgument for what is no such note; kCorrupt when its signature does not fit.
Result<Checkpoint> OpenSigned(const crypto::Note& note, const crypto::VerifyKey& key);
// "lewisham, 12 entries, root BASE64": how messages name one.
std::string Describe(const Checkpoint& checkpoint);

// Lines that proofs are written in, one hash in base64 a line. Parse takes lines up to the first empty one,
// which it takes too, off the front of `text`. Errors: kInvalidArgument: no empty line, not 32 bytes in
// strict base64, more than 63 hashes (c2sp.org/tlog-witness; no proof of fewer than 2^63 entries has more).
std::string FormatHashes(std::span<const Hash> hashes);
Result<std::vector<Hash>> TakeHashes(std::string_view& text);
// The rest of a line that begins with `word` and a space, taken with its newline off the front of `text`.
// Errors: kInvalidArgument when the line is another or does not end.
Result<std::string_view> TakeLine(std::string_view& text, std::string_view word);
// A decimal as these formats write it: no sign, no leading zeros, within 2^64.
Result<std::uint64_t> ParseDecimal(std::string_view text);

}  // namespace concordat::ledger
