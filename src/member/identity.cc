#include "member/identity.h"

namespace concordat::member {

Result<crypto::Certificate> MakeIdentity(const crypto::SigningKey& key, std::uint64_t number, Time now) {
  const std::string& name = key.verify_key().name();
  return crypto::MakeCertificate(name, {name}, now, [&](const crypto::Hash& pin) {
    return FormatKeyStatement({pin, number}, key);
  });
}

Result<KeyStatement> StatementOf(std::string_view certificate_pem, const crypto::VerifyKey& key) {
  const std::string comment = TRY(crypto::CommentOf(certificate_pem));
  const KeyStatement statement = TRY(ParseKeyStatement(comment, key));
  if (statement.pin == TRY(crypto::KeyPin(certificate_pem))) return statement;
  return Fail(ErrorCode::kCorrupt, "the certificate carries what " + key.name() + " said of another key");
}

}  // namespace concordat::member
