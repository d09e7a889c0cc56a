#include "agreement/token.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agreement/names.h"

namespace concordat::agreement {
namespace {

constexpr std::string_view kPrefix = "concordat.";
constexpr char kDomain[] = "concordat/token/1\n";
constexpr std::size_t kSecretBytes = 32;
constexpr char kCreated[] = "token.created";
constexpr char kRevoked[] = "token.revoked";

std::string TextAt(const Json& body, const char* field) {
  const auto found = body.find(field);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

crypto::Hash HashFrom(const ledger::Entry& entry) {
  crypto::Hash hash{};
  const auto bytes = FromHex(entry.secret ? TextAt(*entry.secret, "hash") : std::string());
  if (bytes && bytes->size() == hash.size()) std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace

std::string NewTokenText(std::string_view name, RandomSource& random) {
  Bytes secret(kSecretBytes);
  random.Fill(secret);
  return std::string(kPrefix) + std::string(name) + "." + ToHex(secret);
}

std::string NameInToken(std::string_view text) {
  if (!text.starts_with(kPrefix)) return {};
  text.remove_prefix(kPrefix.size());
  const auto dot = text.rfind('.');
  if (dot == text.npos || !IsName(text.substr(0, dot))) return {};
  const auto secret = FromHex(text.substr(dot + 1));
  return secret && secret->size() == kSecretBytes ? std::string(text.substr(0, dot)) : std::string();
}

crypto::Hash HashOfToken(std::string_view text) { return crypto::Sha256({AsBytes(kDomain), AsBytes(text)}); }

void TokenBook::Apply(const ledger::Entry& entry) {
  const std::string name = TextAt(entry.body, "token");
  if (entry.kind == kRevoked) tokens_.erase(name);
  if (entry.kind != kCreated) return;
  const auto role = RoleNamed(TextAt(entry.body, "role"));
  const auto until = ParseTime(TextAt(entry.body, "until"));
  if (!role || !until || !CheckNew(name, entry.time)) return;
  tokens_.insert_or_assign(name, Token{.name = name,
                                       .role = *role,
                                       .by = TextAt(entry.body, "by"),
                                       .created = entry.time,
                                       .until = *until,
                                       .hash = HashFrom(entry)});
}

void TokenBook::Clear() { tokens_.clear(); }

Outcome<Token> TokenBook::Open(std::string_view text, Time now) const {
  const auto found = tokens_.find(NameInToken(text));
  const crypto::Hash expected = found == tokens_.end() ? crypto::Hash{} : found->second.hash;
  if (!crypto::EqualInConstantTime(HashOfToken(text), expected)) {
    return Refuse("token_invalid", "this is not a token of this node, or it was revoked",
                  "concordat token create gives another", kNotAllowed);
  }
  if (now < found->second.until) return found->second;
  return Refuse("token_expired",
                "the token '" + found->second.name + "' ended at " + FormatTime(found->second.until),
                "concordat token create gives another", kNotAllowed);
}

Outcome<void> TokenBook::CheckNew(std::string_view name, Time now) const {
  if (!IsName(name)) {
    return Refuse("token_name", "'" + std::string(name) + "' is not a name",
                  "use lower-case letters, digits, dots, hyphens and underscores, a letter first",
                  kNotAllowed);
  }
  const auto found = tokens_.find(name);
  if (found == tokens_.end() || found->second.until <= now) return {};
  return Refuse("token_exists", "there is a token '" + std::string(name) + "' already",
                "revoke it first, or choose another name", kNotAllowed);
}

Outcome<void> TokenBook::CheckRevoked(std::string_view name) const {
  if (tokens_.contains(name)) return {};
  return Refuse("token_unknown", "there is no token '" + std::string(name) + "'",
                "concordat token list shows those there are", kNotAllowed);
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const TokenBook& book, const Token& token) {
  return ledger.AppendIf({.kind = kCreated,
                          .body = {{"token", token.name},
                                   {"role", Name(token.role)},
                                   {"by", token.by},
                                   {"until", FormatTime(token.until)}},
                          .secret = Json{{"hash", ToHex(token.hash)}}},
                         [&] { return book.CheckNew(token.name, token.created); });
}

Result<Outcome<ledger::Entry>> Revoke(ledger::Ledger& ledger, const TokenBook& book, const std::string& name,
                                      const std::string& by) {
  return ledger.AppendIf({.kind = kRevoked, .body = {{"token", name}, {"by", by}}, .secret = {}},
                         [&] { return book.CheckRevoked(name); });
}

}  // namespace concordat::agreement
