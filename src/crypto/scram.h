// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the server's side. Sources: RFC 5802, RFC 7677, RFC 5929
// (tls-server-end-point); text form of a verifier as PostgreSQL stores it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/hash.h"

namespace concordat::crypto {

// What a server keeps instead of a password. Whoever has it can pose as the server, and guess at the
// password.
struct ScramVerifier {
  std::uint32_t iterations = 0;
  Bytes salt;
  Hash stored_key{};
  Hash server_key{};
  bool operator==(const ScramVerifier&) const = default;
};

inline constexpr std::uint32_t kScramIterations = 4096;  // PostgreSQL 15's and RFC 7677's

// The password is normalised by SASLprep (RFC 4013) where that allows it, and taken as it stands where not,
// as PostgreSQL does. Errors: kInvalidArgument for an empty one, one longer than 1,000 bytes, or with control
// characters.
Result<ScramVerifier> MakeScramVerifier(std::string_view password, RandomSource& random);
// "SCRAM-SHA-256$4096:SALT$STORED:SERVER"
std::string ToText(const ScramVerifier& verifier);
Result<ScramVerifier> ParseScramVerifier(std::string_view text);
// A verifier that no password meets, with a salt that stays the same for a name: what an unknown user is
// shown.
ScramVerifier MockScramVerifier(std::string_view name, ByteView server_secret);

// One authentication. Begin with the client's first message, Finish with its last. Not thread-safe.
class ScramExchange {
 public:
  // `endpoint` is the tls-server-end-point data of the connection; none on a connection without TLS, which
  // then has no -PLUS. `nonce` is the server's part, printable without commas.
  ScramExchange(ScramVerifier verifier, std::optional<Bytes> endpoint, std::string nonce);

  // `mechanism`: SCRAM-SHA-256 or SCRAM-SHA-256-PLUS. Returns the server's first message.
  // Errors: kInvalidArgument: malformed, an unknown extension, a downgrade (the client says that we offered
  // no -PLUS).
  Result<std::string> Begin(std::string_view mechanism, std::string_view client_first);
  // Returns the server's final message. Errors: kPermissionDenied for a wrong password; kInvalidArgument if
  // malformed.
  Result<std::string> Finish(std::string_view client_final);

 private:
  Result<void> CheckBinding(std::string_view mechanism, std::string_view flag);

  ScramVerifier verifier_;
  std::optional<Bytes> endpoint_;
  std::string nonce_;  // the server's part, then the whole
  std::string gs2_header_;
  std::string binding_;  // base64 of what the client must send in c=
  std::string client_first_bare_;
  std::string server_first_;
};

// A nonce for ScramExchange: 18 random bytes in base64.
std::string NewScramNonce(RandomSource& random);

}  // namespace concordat::crypto
