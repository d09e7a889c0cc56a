#include "ledger/entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/canonical_json.h"
#include "ledger/seal.h"

namespace concordat::ledger {
namespace {

constexpr std::size_t kLongestLeaf = 65535;  // an entry bundle counts a leaf's bytes in two
constexpr std::size_t kMostFraming =
    160;  // of a leaf beyond kind and body, with the longest index and a commitment

tl::unexpected<Error> Corrupt(std::uint64_t index, const std::string& what) {
  return Fail(ErrorCode::kCorrupt, fmt::format("entry {}: {}", index, what),
              "keep the file for inquiry and restore the newest backup");
}

bool IsShaped(const Json& leaf, std::uint64_t index) {
  const auto has = [&leaf](const char* key, Json::value_t type) {
    const auto field = leaf.find(key);
    return field != leaf.end() && field->type() == type;
  };
  const bool committed = leaf.contains("secret");
  return leaf.size() == (committed ? 5U : 4U) && has("body", Json::value_t::object) &&
         has("kind", Json::value_t::string) && has("time", Json::value_t::string) &&
         (!committed || has("secret", Json::value_t::string)) && leaf.value("index", Json()) == Json(index);
}

Result<Json> ParseLeaf(std::uint64_t index, const Bytes& leaf) {
  const auto json = crypto::ParseJson(AsText(leaf));
  if (!json || !json->is_object()) return Corrupt(index, "not JSON");
  const auto canonical = crypto::CanonicalJson(*json);
  if (!canonical || *canonical != AsText(leaf)) return Corrupt(index, "not in canonical form");
  if (!IsShaped(*json, index)) return Corrupt(index, "not shaped as an entry");
  return *json;
}

Result<Json> OpenSecret(std::uint64_t index, const Json& leaf, const StoredEntry& stored) {
  crypto::Salt salt;
  if (stored.salt.size() != salt.size()) return Corrupt(index, "its secret part has no salt");
  std::copy(stored.salt.begin(), stored.salt.end(), salt.begin());
  if (leaf.value("secret", "") != ToHex(crypto::Commit(salt, stored.secret))) {
    return Corrupt(index, "its secret part is not the one committed to");
  }
  const auto secret = crypto::ParseJson(AsText(stored.secret));
  if (!secret) return Corrupt(index, "its secret part is not JSON");
  return *secret;
}

}  // namespace

Result<EncodedDraft> EncodeDraft(Draft draft) {
  if (!draft.body.is_object())
    return Fail(ErrorCode::kInvalidArgument, "an entry's body is not a JSON object");
  const auto sealed = SealedUntil(draft.body);
  if (!sealed || (*sealed && !draft.secret))
    return Fail(ErrorCode::kInvalidArgument, "an entry is sealed over nothing, or until no date");
  EncodedDraft encoded;
  encoded.kind = TRY(crypto::CanonicalJson(draft.kind));
  encoded.body = TRY(crypto::CanonicalJson(draft.body));
  const std::size_t length = encoded.kind.size() + encoded.body.size() + kMostFraming;
  if (length > kLongestLeaf) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("an entry of {} bytes is longer than 64 KiB", length), "shorten the document");
  }
  encoded.draft.kind = std::move(draft.kind);
  encoded.draft.body = TRY(crypto::ParseJson(encoded.body));
  if (draft.secret) {
    const std::string secret = TRY(crypto::CanonicalJson(*draft.secret));
    encoded.secret.assign(secret.begin(), secret.end());
    encoded.draft.secret = TRY(crypto::ParseJson(secret));
  }
  return encoded;
}

// Keys in RFC 8785's order, so that canonical parts make a canonical whole.
StoredEntry PlaceEntry(const EncodedDraft& draft, std::uint64_t index, Time time, const crypto::Salt& salt) {
  StoredEntry stored;
  std::string commitment;
  if (draft.draft.secret) {
    stored.salt.assign(salt.begin(), salt.end());
    stored.secret = draft.secret;
    commitment = fmt::format(R"("secret":"{}",)", ToHex(crypto::Commit(salt, draft.secret)));
  }
  const std::string leaf = fmt::format(R"({{"body":{},"index":{},"kind":{},{}"time":"{}"}})", draft.body,
                                       index, draft.kind, commitment, FormatTime(time));
  stored.leaf.assign(leaf.begin(), leaf.end());
  return stored;
}

Result<Entry> DecodeEntry(std::uint64_t index, const StoredEntry& stored) {
  Json leaf = TRY(ParseLeaf(index, stored.leaf));
  const auto text = leaf["time"].get<std::string>();
  const auto time = ParseTime(text);
  if (!time || FormatTime(*time) != text) return Corrupt(index, "its time is not one");
  Entry entry{
      .index = index, .time = *time, .kind = leaf["kind"], .body = std::move(leaf["body"]), .secret = {}};
  if (!stored.secret.empty()) {
    entry.secret = TRY(OpenSecret(index, leaf, stored));
  } else if (!stored.salt.empty()) {
    return Corrupt(index, "a salt without a secret part");
  }
  return entry;
}

bool LacksSecret(const StoredEntry& stored) {
  return stored.secret.empty() && Json::parse(AsText(stored.leaf)).contains("secret");
}

Json ErasureBody(const std::vector<std::uint64_t>& entries, const std::string& reason) {
  return {{"entries", entries}, {"reason", reason}};
}

Result<std::vector<std::uint64_t>> ErasedEntries(const Json& body) {
  const Json entries = body.value("entries", Json());
  const bool numbers =
      entries.is_array() && std::all_of(entries.begin(), entries.end(),
                                        [](const Json& entry) { return entry.is_number_unsigned(); });
  if (!numbers) return Fail(ErrorCode::kCorrupt, "an erasure does not name entries");
  return entries.get<std::vector<std::uint64_t>>();
}

}  // namespace concordat::ledger
