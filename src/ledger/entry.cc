#include "ledger/entry.h"

#include <fmt/format.h>

#include "crypto/canonical_json.h"

namespace concordat::ledger {
namespace {

constexpr std::size_t kLongestLeaf = 65535;  // an entry bundle counts a leaf's bytes in two

tl::unexpected<Error> Corrupt(std::uint64_t index, const std::string& what) {
  return Fail(ErrorCode::kCorrupt, fmt::format("entry {}: {}", index, what), "keep the file for inquiry and restore the newest backup");
}

Result<Json> ParseLeaf(std::uint64_t index, const Bytes& leaf) {
  const auto json = crypto::ParseJson(AsText(leaf));
  if (!json || !json->is_object()) return Corrupt(index, "not JSON");
  const auto canonical = crypto::CanonicalJson(*json);
  if (!canonical || *canonical != AsText(leaf)) return Corrupt(index, "not in canonical form");
  const bool shaped = json->value("body", Json()).is_object() && json->value("kind", Json()).is_string() &&
                      json->value("time", Json()).is_string() && json->value("index", Json()) == Json(index);
  if (!shaped) return Corrupt(index, "not shaped as an entry");
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

Result<StoredEntry> EncodeEntry(const Entry& entry, const crypto::Salt& salt) {
  StoredEntry stored;
  Json leaf = {{"index", entry.index}, {"time", FormatTime(entry.time)}, {"kind", entry.kind}, {"body", entry.body}};
  if (entry.secret) {
    const std::string secret = TRY(crypto::CanonicalJson(*entry.secret));
    stored.secret.assign(secret.begin(), secret.end());
    stored.salt.assign(salt.begin(), salt.end());
    leaf["secret"] = ToHex(crypto::Commit(salt, stored.secret));
  }
  const std::string text = TRY(crypto::CanonicalJson(leaf));
  if (text.size() > kLongestLeaf) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("an entry of {} bytes is longer than 64 KiB", text.size()),
                "shorten the document");
  }
  stored.leaf.assign(text.begin(), text.end());
  return stored;
}

Result<Entry> DecodeEntry(std::uint64_t index, const StoredEntry& stored) {
  const Json leaf = TRY(ParseLeaf(index, stored.leaf));
  const auto time = ParseTime(leaf["time"].get<std::string>());
  if (!time) return Corrupt(index, "its time is not one");
  Entry entry{.index = index, .time = *time, .kind = leaf["kind"], .body = leaf["body"], .secret = {}};
  if (!stored.secret.empty()) {
    entry.secret = TRY(OpenSecret(index, leaf, stored));
  } else if (!stored.salt.empty()) {
    return Corrupt(index, "a salt without a secret part");
  }
  return entry;
}

}  // namespace concordat::ledger
