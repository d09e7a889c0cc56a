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

// Kinds of entries that more than one module reads.
namespace kind {
inline constexpr char kProductPublished[] = "product.published";
inline constexpr char kAgreementProposed[] = "agreement.proposed";
inline constexpr char kCharge[] = "charge";
inline constexpr char kRelease[] = "release";
inline constexpr char kSecretErased[] = "secret.erased";
inline constexpr char kWitnessFollows[] = "witness.follows";
inline constexpr char kWitnessAsks[] = "witness.asks";
inline constexpr char kWitnessStopped[] = "witness.stopped";
inline constexpr char kWitnessCosigned[] = "witness.cosigned";
inline constexpr char kWitnessAlarm[] = "witness.alarm";
}  // namespace kind

// What is to be entered.
struct Draft {
  std::string kind;
  Json body = Json::object();  // public, for ever
  std::optional<Json> secret;  // kept beside; the leaf holds a salted commitment to it
};

struct Entry {
  std::uint64_t index = 0;
  Time time{};
  std::string kind;
  Json body;
  std::optional<Json> secret;  // none where there was none, or where it was erased; shown by seal.h alone
};

// A draft without its place and time yet: all the costly work, for its caller's thread to do. Its body and
// secret part are as they will be read back, so that folds see now what they will see after a restart.
struct EncodedDraft {
  Draft draft;
  std::string kind, body;  // canonical JSON
  Bytes secret;            // canonical JSON, or empty
};

// An entry as the store keeps it.
struct StoredEntry {
  Bytes leaf;    // canonical JSON {"body", "index", "kind", "secret"?, "time"}
  Bytes salt;    // 32 bytes with a secret, else empty
  Bytes secret;  // canonical JSON, or empty
};

// Errors: kInvalidArgument when body or secret have no canonical form, the body is not an object or sealed
// over nothing (seal.h), or the leaf would pass 64 KiB.
Result<EncodedDraft> EncodeDraft(Draft draft);
StoredEntry PlaceEntry(const EncodedDraft& draft, std::uint64_t index, Time time, const crypto::Salt& salt);

// Checks all it says: canonical form, index, commitment. Errors: kCorrupt naming what does not hold.
Result<Entry> DecodeEntry(std::uint64_t index, const StoredEntry& stored);
// Does the leaf commit to a secret part that is not there? Precondition: DecodeEntry accepts it.
bool LacksSecret(const StoredEntry& stored);

// The body of the entry that records an erasure, and the entries it names. Errors: kCorrupt.
Json ErasureBody(const std::vector<std::uint64_t>& entries, const std::string& reason);
Result<std::vector<std::uint64_t>> ErasedEntries(const Json& body);

}  // namespace concordat::ledger
