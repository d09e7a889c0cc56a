#include "sign.h"

#include <sodium.h>

#include "agreement/agreement.h"
#include "agreement/seal.h"
#include "base/file.h"
#include "base/random.h"
#include "crypto/keyfile.h"
#include "crypto/note.h"

namespace concordat::cli {
namespace {

constexpr std::size_t kLongestKeyFile = 4096;

std::string Passphrase(const Invocation& invocation) {
  return ReadPassword(invocation.arguments.value("passphrase_file", ""));
}

}  // namespace

Result<crypto::SigningKey> OpenKeyFile(const Invocation& invocation) {
  const std::string text =
      TRY(ReadFile(invocation.arguments.at("key_file").get<std::string>(), kLongestKeyFile));
  TRY(crypto::KeyOfFile(text));
  std::string passphrase = Passphrase(invocation);
  auto key = crypto::OpenKey(text, passphrase);
  sodium_memzero(passphrase.data(), passphrase.size());
  return key;
}

Result<node::Reply> MakeKey(const Invocation& invocation) {
  OsRandom random;
  const auto key =
      TRY(crypto::SigningKey::Generate(invocation.arguments.at("name").get<std::string>(), random));
  const std::filesystem::path out = invocation.arguments.at("out").get<std::string>();
  if (std::filesystem::exists(out)) {
    return Fail(ErrorCode::kAlreadyExists, out.string() + " is there already", "choose another --out");
  }
  std::string passphrase = Passphrase(invocation);
  const auto shut = crypto::ShutKey(key, passphrase, random);
  sodium_memzero(passphrase.data(), passphrase.size());
  const std::string text = TRY(shut);
  TRY(WriteFileDurably(out, text, FileMode::kSecret));
  const std::string vkey = key.verify_key().Text();
  return node::Reply{vkey + "\n", std::make_shared<const nlohmann::json>(
                                      nlohmann::json{{"key", vkey}, {"file", out.string()}})};
}

Result<node::Reply> ShowKey(const Invocation& invocation) {
  const auto key = TRY(crypto::KeyOfFile(invocation.arguments.at("text").get<std::string>()));
  return node::Reply{key.Text() + "\n",
                     std::make_shared<const nlohmann::json>(nlohmann::json{{"key", key.Text()}})};
}

Result<std::string> WithSignature(const Invocation& invocation, const std::string& text) {
  const auto key = TRY(OpenKeyFile(invocation));
  auto note = crypto::ParseNote(text);
  if (!note) note = crypto::Note{agreement::NoteText(TRY(agreement::ParseAgreement(text))), {}};
  TRY(agreement::ParseAgreement(note->text));
  for (const crypto::NoteSignature& signature : note->signatures) {
    if (signature.name == key.verify_key().name() && signature.id == key.verify_key().id())
      return Fail(ErrorCode::kAlreadyExists, signature.name + " has signed it already",
                  "nothing needs doing");
  }
  crypto::AddSignature(*note, key);
  return crypto::FormatNote(*note);
}

bool ApprovesFile(const Invocation& invocation) {
  return invocation.verb == "agreement approve" && invocation.arguments.contains("agreement_text");
}

Result<node::Reply> ApproveFile(const Invocation& invocation) {
  if (!invocation.arguments.contains("key_file")) {
    return Fail(ErrorCode::kInvalidArgument, "a file is approved with a key", "say --key maria.key");
  }
  const std::string signed_text =
      TRY(WithSignature(invocation, invocation.arguments.at("agreement_text").get<std::string>()));
  const std::string file = invocation.arguments.at("agreement");
  TRY(WriteFileDurably(file, signed_text, FileMode::kPublic));
  return node::Reply{
      file + " carries your signature now; send it on, or: concordat agreement import " + file + "\n",
      std::make_shared<const nlohmann::json>(nlohmann::json{{"note", signed_text}})};
}

}  // namespace concordat::cli
