#include "crypto/keyfile.h"

#include <fmt/format.h>
#include <sodium.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "crypto/canonical_json.h"

namespace concordat::crypto {
namespace {

constexpr char kFormat[] = "key/1";
constexpr std::uint64_t kPasses = 3;  // RFC 9106, section 4: the second recommended option
constexpr std::uint64_t kMemory = std::uint64_t{64} << 20;
constexpr std::uint64_t kMostPasses = 16;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30;

using BoxKey = std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

tl::unexpected<Error> NotAKeyFile() {
  return Fail(ErrorCode::kInvalidArgument, "this is not a key file",
              "give the file that 'concordat key new' wrote");
}

struct KeyFile {
  std::string vkey;
  Bytes salt, nonce, box;
  std::uint64_t passes = kPasses, memory = kMemory;  // memory in bytes
};

Result<BoxKey> BoxKeyOf(std::string_view passphrase, const KeyFile& file) {
  BoxKey key;
  if (crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), file.salt.data(),
                    file.passes, file.memory, crypto_pwhash_ALG_ARGON2ID13) == 0)
    return key;
  return Fail(ErrorCode::kResourceExhausted,
              fmt::format("there is no memory of {} MB for the passphrase", file.memory >> 20),
              "close something");
}

Result<KeyFile> Parse(std::string_view text) {
  const auto json = ParseJson(text);
  if (!json) return NotAKeyFile();
  try {
    if (json->at("concordat") != kFormat || json->at("kdf") != "argon2id13") return NotAKeyFile();
    if (!json->at("passes").is_number_unsigned() || !json->at("memory").is_number_unsigned())
      return NotAKeyFile();
    KeyFile file;
    file.vkey = json->at("vkey");
    file.salt = TRY(FromBase64(json->at("salt").get<std::string>()));
    file.nonce = TRY(FromBase64(json->at("nonce").get<std::string>()));
    file.box = TRY(FromBase64(json->at("box").get<std::string>()));
    file.passes = json->at("passes");
    file.memory = json->at("memory");
    const bool bounded = file.passes >= crypto_pwhash_OPSLIMIT_MIN && file.passes <= kMostPasses &&
                         file.memory >= crypto_pwhash_MEMLIMIT_MIN && file.memory <= kMostMemory;
    const bool sized = file.salt.size() == crypto_pwhash_SALTBYTES && file.nonce.size() == kNonceBytes &&
                       file.box.size() > kTagBytes;
    if (!bounded || !sized) return NotAKeyFile();
    return file;
  } catch (const Json::exception&) {
    return NotAKeyFile();
  }
}

}  // namespace

Result<std::string> ShutKey(const SigningKey& key, std::string_view passphrase, RandomSource& random) {
  if (passphrase.size() < kShortestPassphrase) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the passphrase has fewer than {} characters", kShortestPassphrase),
                "take four words that do not belong together");
  }
  KeyFile file{.vkey = key.verify_key().Text(),
               .salt = Bytes(crypto_pwhash_SALTBYTES),
               .nonce = Bytes(kNonceBytes),
               .box = {}};
  random.Fill(file.salt);
  random.Fill(file.nonce);
  BoxKey box_key = TRY(BoxKeyOf(passphrase, file));
  std::string secret = key.SecretText();
  file.box.resize(secret.size() + kTagBytes);
  const ByteView bytes = AsBytes(secret), about = AsBytes(file.vkey);
  crypto_aead_xchacha20poly1305_ietf_encrypt(file.box.data(), nullptr, bytes.data(), bytes.size(),
                                             about.data(), about.size(), nullptr, file.nonce.data(),
                                             box_key.data());
  sodium_memzero(box_key.data(), box_key.size());
  sodium_memzero(secret.data(), secret.size());
  return Json{{"concordat", kFormat},          {"vkey", file.vkey},        {"kdf", "argon2id13"},
              {"passes", file.passes},         {"memory", file.memory},    {"salt", ToBase64(file.salt)},
              {"nonce", ToBase64(file.nonce)}, {"box", ToBase64(file.box)}}
             .dump(2) +
         "\n";
}

Result<VerifyKey> KeyOfFile(std::string_view text) {
  const KeyFile file = TRY(Parse(text));
  const auto key = VerifyKey::Parse(file.vkey);
  if (!key) return NotAKeyFile();
  return *key;
}

Result<SigningKey> OpenKey(std::string_view text, std::string_view passphrase) {
  const KeyFile file = TRY(Parse(text));
  BoxKey box_key = TRY(BoxKeyOf(passphrase, file));
  std::string secret(file.box.size() - kTagBytes, '\0');
  const ByteView about = AsBytes(file.vkey);
  const bool opened =
      crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<std::uint8_t*>(secret.data()), nullptr,
                                                 nullptr, file.box.data(), file.box.size(), about.data(),
                                                 about.size(), file.nonce.data(), box_key.data()) == 0;
  sodium_memzero(box_key.data(), box_key.size());
  if (!opened) {
    return Fail(ErrorCode::kPermissionDenied, "this is another key's passphrase, or the file was changed",
                "try again; a lost passphrase needs a new key: concordat key new, then concordat person key");
  }
  auto key = SigningKey::Parse(secret);
  sodium_memzero(secret.data(), secret.size());
  if (!key || key->verify_key().Text() != file.vkey) return NotAKeyFile();
  return key;
}

}  // namespace concordat::crypto
