#include "node/home.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/random.h"
#include "crypto/certificate.h"
#include "ledger/ledger.h"
#include "member/identity.h"

namespace concordat::node {
namespace {

constexpr std::size_t kLoginKeyBytes = 32;

namespace fs = std::filesystem;

bool IsMemberName(const std::string& name) {
  return !name.empty() && name.size() <= 63 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

Result<void> MakeFolders(const Home& home) {
  std::error_code error;
  fs::create_directories(home.root / "keys", error);
  if (error) {
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("cannot make {}: {}", home.root.string(), error.message()),
                "choose another --home, or make the folder yours");
  }
  fs::permissions(home.root, fs::perms::owner_all, error);
  fs::permissions(home.root / "keys", fs::perms::owner_all, error);
  return {};
}

Result<crypto::VerifyKey> WriteKeys(const Home& home) {
  OsRandom random;
  const auto key = TRY(crypto::SigningKey::Generate(home.config.member, random));
  TRY(WriteFileDurably(home.ledger_key(), key.SecretText() + "\n", FileMode::kSecret));
  Bytes login(kLoginKeyBytes);
  random.Fill(login);
  TRY(WriteFileDurably(home.login_key(), ToBase64(login) + "\n", FileMode::kSecret));
  const auto tls = TRY(crypto::MakeCertificate(home.config.member, home.config.hosts, SystemClock().Now()));
  TRY(WriteFileDurably(home.certificate(), tls.certificate_pem, FileMode::kPublic));
  TRY(WriteFileDurably(home.certificate_key(), tls.key_pem, FileMode::kSecret));
  return key.verify_key();
}

std::string Welcome(const Home& home, const std::string& vkey, const std::string& fingerprint) {
  const std::string root = home.root.string();
  return fmt::format(
      "{} is a member now. Its home is {}.\n\n"
      "  key          {}\n"
      "  certificate  SHA-256 {}\n\n"
      "Back up, offline: {}/keys and {}/node.yaml. Back up often, with 'concordat backup': the store.\n\n"
      "Next:\n"
      "  concordat product publish CONTRACT.odcs.yaml\n"
      "  concordat analyst add NAME --training data-ethics@2026-03-01\n"
      "  concordat agreement propose AGREEMENT.yaml --approve\n"
      "  concordat serve\n",
      home.config.member, root, vkey, fingerprint, root, root);
}

}  // namespace

Result<Home> OpenHome(const fs::path& root) {
  std::error_code ignored;
  Home home{fs::absolute(root, ignored), {}};
  if (!fs::exists(home.settings(), ignored)) {
    return Fail(ErrorCode::kNotFound, fmt::format("{} is no member's home", home.root.string()),
                "make one with 'concordat init NAME', or say where it is with --home or CONCORDAT_HOME");
  }
  home.config = TRY(ReadConfig(home.settings()));
  return home;
}

Result<crypto::SigningKey> ReadLedgerKey(const Home& home) {
  std::string text = TRY(ReadFile(home.ledger_key(), 4096));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  auto key = crypto::SigningKey::Parse(text);
  std::fill(text.begin(), text.end(), '\0');
  if (key) return key;
  return Fail(ErrorCode::kCorrupt, fmt::format("{} is not a signing key", home.ledger_key().string()),
              "restore it from your backup");
}

Result<crypto::Cosigner> ReadWitnessKey(const Home& home, RandomSource& random) {
  auto text = ReadFile(home.witness_key(), 4096);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    auto made = TRY(crypto::Cosigner::Generate(home.config.member + "/witness", random));
    TRY(WriteFileDurably(home.witness_key(), made.SecretText() + "\n", FileMode::kSecret));
    return made;
  }
  if (!text) return tl::unexpected(text.error());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  auto key = crypto::Cosigner::Parse(*text);
  std::fill(text->begin(), text->end(), '\0');
  if (key) return key;
  return Fail(ErrorCode::kCorrupt, fmt::format("{} is not a witness's key", home.witness_key().string()),
              "restore it from your backup");
}

namespace {

Result<crypto::Certificate> MakePeerIdentity(const Home& home, std::uint64_t number) {
  const auto key = TRY(ReadLedgerKey(home));
  auto made = TRY(member::MakeIdentity(key, number, SystemClock().Now()));
  // The key first: a certificate without its key would be taken for a whole identity.
  TRY(WriteFileDurably(home.peer_key(), made.key_pem, FileMode::kSecret));
  TRY(WriteFileDurably(home.peer_certificate(), made.certificate_pem, FileMode::kPublic));
  return made;
}

}  // namespace

Result<crypto::Certificate> ReadPeerIdentity(const Home& home) {
  auto certificate = ReadFile(home.peer_certificate(), 1 << 16);
  if (!certificate && certificate.error().code == ErrorCode::kNotFound) return MakePeerIdentity(home, 1);
  if (!certificate) return tl::unexpected(certificate.error());
  std::string key = TRY(ReadFile(home.peer_key(), 1 << 16));
  return crypto::Certificate{*std::move(certificate), std::move(key)};
}

Result<crypto::Certificate> RenewPeerIdentity(const Home& home) {
  const auto old = TRY(ReadPeerIdentity(home));
  const auto key = TRY(ReadLedgerKey(home));
  const auto statement = TRY(member::StatementOf(old.certificate_pem, key.verify_key()));
  return MakePeerIdentity(home, statement.number + 1);
}

Result<Bytes> ReadLoginKey(const Home& home) {
  std::string text = TRY(ReadFile(home.login_key(), 4096));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  auto key = FromBase64(text);
  if (key && key->size() == kLoginKeyBytes) return key;
  return Fail(ErrorCode::kCorrupt, fmt::format("{} is not a key", home.login_key().string()),
              "restore it from your backup");
}

Result<Reply> InitHome(const fs::path& root, const Json& arguments) {
  std::error_code ignored;
  Home home{fs::absolute(root, ignored), {}};
  home.config.member = arguments.value("member", "");
  if (!IsMemberName(home.config.member)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("'{}' cannot name a member", home.config.member),
                "use lower-case letters, digits, dots and hyphens, such as lewisham");
  }
  if (fs::exists(home.settings(), ignored) || fs::exists(home.store(), ignored)) {
    return Fail(ErrorCode::kAlreadyExists, fmt::format("{} is a member's home already", home.root.string()),
                "choose another --home");
  }
  home.config.listen = arguments.value("listen", home.config.listen);
  TRY(ParseEndpoint(home.config.listen));
  home.config.web_listen = arguments.value("web_listen", std::string(kWebListen));
  if (!home.config.web_listen.empty()) TRY(ParseEndpoint(home.config.web_listen));
  for (const std::string& host : arguments.value("hosts", std::vector<std::string>{}))
    home.config.hosts.push_back(host);
  if (const auto again = ParseConfig(WriteConfig(home.config)); !again || *again != home.config) {
    return Fail(ErrorCode::kInvalidArgument,
                "the member's name, its hosts or its address cannot be written to node.yaml",
                "use plain names, such as --host node.lewisham.example");
  }
  TRY(MakeFolders(home));
  const auto key = TRY(WriteKeys(home));
  TRY(store::Store::Open(home.store(), ledger::LedgerMigrations()));
  // The settings come last: a home without them is not one, and init can be run again.
  TRY(WriteFileDurably(home.settings(), WriteConfig(home.config), FileMode::kPublic));
  const std::string certificate = TRY(ReadFile(home.certificate()));
  const std::string fingerprint = ToHex(TRY(crypto::Fingerprint(certificate)));
  return Reply{Welcome(home, key.Text(), fingerprint),
               std::make_shared<Json>(Json{{"member", home.config.member},
                                           {"home", home.root.string()},
                                           {"key", key.Text()},
                                           {"certificate_sha256", fingerprint}})};
}

}  // namespace concordat::node
