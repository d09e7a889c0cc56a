// One entry of the ledger. Format: docs/formats/entry.md.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "crypto/commitment.h"

namespace concordat::ledger {

// Kinds of entries and the fields that more than one module reads.
namespace kind {
inline constexpr char kProductPublished[] = "product.published";
inline constexpr char kAgreementProposed[] = "agreement.proposed";
inline constexpr char kCharge[] = "charge";
inline constexpr char kRelease[] = "release";
}  // namespace kind

// What is to be entered.
struct Draft {
  std::string kind;
  Json body = Json::object();   // public, for ever
  std::optional<Json> secret;   // kept beside; the leaf holds a salted commitment to it
};

struct Entry {
  std::uint64_t index = 0;
  Time time{};
  std::string kind;
  Json body;
  std::optional<Json> secret;   // none where there was none, or where it was erased
};

// An entry as the store keeps it.
struct StoredEntry {
  Bytes leaf;    // canonical JSON {"body", "index", "kind", "secret"?, "time"}
  Bytes salt;    // 32 bytes with a secret, else empty
  Bytes secret;  // canonical JSON, or empty
};

// Errors: kInvalidArgument when body or secret have no canonical form, or the leaf passes 64 KiB.
Result<StoredEntry> EncodeEntry(const Entry& entry, const crypto::Salt& salt);
// Checks all it says: canonical form, index, commitment. Errors: kCorrupt naming what does not hold.
Result<Entry> DecodeEntry(std::uint64_t index, const StoredEntry& stored);

}  // namespace concordat::ledger
