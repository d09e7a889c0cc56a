#include "crypto/scram.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stringprep.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace concordat::crypto {
namespace {

constexpr std::string_view kPlain = "SCRAM-SHA-256";
constexpr std::string_view kPlus = "SCRAM-SHA-256-PLUS";
constexpr std::string_view kEndpointFlag = "p=tls-server-end-point";

tl::unexpected<Error> BadMessage(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "malformed SCRAM message: " + what);
}

Hash SaltedPassword(std::string_view password, const Bytes& salt, std::uint32_t iterations) {
  Hash salted;
  CHECK(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                          static_cast<int>(salted.size()), salted.data()) == 1);
  return salted;
}

// Takes "X=value" off the front of comma-separated attributes. Errors if the next attribute is another.
Result<std::string> TakeAttribute(std::string_view& message, char name) {
  if (message.size() < 2 || message[0] != name || message[1] != '=')
    return BadMessage(fmt::format("no {}= where one belongs", name));
  const auto end = std::min(message.find(','), message.size());
  std::string value(message.substr(2, end - 2));
  message.remove_prefix(std::min(end + 1, message.size()));
  return value;
}

// RFC 4013, by libidn. What it forbids, or leaves nothing of, is taken as it stands, as PostgreSQL and its
// clients do.
std::string Normalise(std::string_view password) {
  constexpr std::size_t kRoom = 18;  // no compatibility form is more than 18 times longer (U+FDFA)
  std::string buffer(password);
  buffer.resize(password.size() * kRoom + 1);
  const int outcome = stringprep(buffer.data(), buffer.size(), STRINGPREP_NO_UNASSIGNED, stringprep_saslprep);
  const std::string_view prepared = std::string_view(buffer).substr(0, buffer.find(char{0}));
  std::string taken(outcome == STRINGPREP_OK && !prepared.empty() ? prepared : password);
  sodium_memzero(buffer.data(), buffer.size());
  return taken;
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != ','; });
}

Result<Hash> HashFromBase64(std::string_view text) {
  const Bytes bytes = TRY(FromBase64(text));
  Hash hash;
  if (bytes.size() != hash.size()) return BadMessage("a key of the wrong length");
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

}  // namespace

Result<ScramVerifier> MakeScramVerifier(std::string_view password, RandomSource& random) {
  const bool control = std::any_of(password.begin(), password.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (password.empty() || password.size() > 1000 || control) {
    return Fail(ErrorCode::kInvalidArgument, "a password has 1 to 1,000 bytes and no control characters",
                "choose another password");
  }
  ScramVerifier verifier{
      .iterations = kScramIterations, .salt = Bytes(16), .stored_key = {}, .server_key = {}};
  random.Fill(verifier.salt);
  std::string prepared = Normalise(password);
  Hash salted = SaltedPassword(prepared, verifier.salt, verifier.iterations);
  sodium_memzero(prepared.data(), prepared.size());
  Hash client_key = HmacSha256(salted, AsBytes("Client Key"));
  verifier.stored_key = Sha256(client_key);
  verifier.server_key = HmacSha256(salted, AsBytes("Server Key"));
  sodium_memzero(salted.data(), salted.size());
  sodium_memzero(client_key.data(), client_key.size());
  return verifier;
}

std::string ToText(const ScramVerifier& verifier) {
  return fmt::format("{}${}:{}${}:{}", kPlain, verifier.iterations, ToBase64(verifier.salt),
                     ToBase64(verifier.stored_key), ToBase64(verifier.server_key));
}

Result<ScramVerifier> ParseScramVerifier(std::string_view text) {
  const auto cut = [&text](char at) {
    const auto end = std::min(text.find(at), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  ScramVerifier verifier;
  if (cut('$') != kPlain) return BadMessage("not a SCRAM-SHA-256 verifier");
  const std::string_view count = cut(':');
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), verifier.iterations);
  if (error != std::errc{} || end != count.data() + count.size() || verifier.iterations == 0)
    return BadMessage("no iteration count");
  verifier.salt = TRY(FromBase64(cut('$')));
  verifier.stored_key = TRY(HashFromBase64(cut(':')));
  verifier.server_key = TRY(HashFromBase64(text));
  return verifier;
}

ScramVerifier MockScramVerifier(std::string_view name, ByteView server_secret) {
  const Hash seed = HmacSha256(server_secret, AsBytes(name));
  // Keys nobody knows a password for: hashes under the secret, so that they are as stable as the salt.
  return {.iterations = kScramIterations,
          .salt = Bytes(seed.begin(), seed.begin() + 16),
          .stored_key = HmacSha256(seed, AsBytes("stored")),
          .server_key = HmacSha256(seed, AsBytes("server"))};
}

std::string NewScramNonce(RandomSource& random) {
  Bytes bytes(18);
  random.Fill(bytes);
  return ToBase64(bytes);
}

ScramExchange::ScramExchange(ScramVerifier verifier, std::optional<Bytes> endpoint, std::string nonce)
    : verifier_(std::move(verifier)), endpoint_(std::move(endpoint)), nonce_(std::move(nonce)) {}

// RFC 5802 section 6: 'p' binds, 'y' means the client could and believes we cannot, 'n' that it cannot.
Result<void> ScramExchange::CheckBinding(std::string_view mechanism, std::string_view flag) {
  Bytes data(AsBytes(gs2_header_).begin(), AsBytes(gs2_header_).end());
  if (mechanism == kPlus) {
    if (!endpoint_ || flag != kEndpointFlag) return BadMessage("this channel binding is not offered");
    data.insert(data.end(), endpoint_->begin(), endpoint_->end());
  } else if (mechanism != kPlain) {
    return BadMessage("an unknown mechanism");
  } else if (flag == "y" && endpoint_) {
    return BadMessage("the client was told that there is no channel binding: somebody stands between");
  } else if (flag != "n" && flag != "y") {
    return BadMessage("channel binding under a mechanism without it");
  }
  binding_ = ToBase64(data);
  return {};
}

Result<std::string> ScramExchange::Begin(std::string_view mechanism, std::string_view client_first) {
  const auto flag_end = client_first.find(',');
  const auto header_end = flag_end == client_first.npos ? flag_end : client_first.find(',', flag_end + 1);
  if (header_end == client_first.npos) return BadMessage("no header");
  if (header_end != flag_end + 1) return BadMessage("an authorization identity, which is not supported");
  gs2_header_ = client_first.substr(0, header_end + 1);
  TRY(CheckBinding(mechanism, client_first.substr(0, flag_end)));
  client_first_bare_ = client_first.substr(header_end + 1);
  std::string_view rest = client_first_bare_;
  if (rest.starts_with("m=")) return BadMessage("a mandatory extension, which is not supported");
  TRY(TakeAttribute(rest, 'n'));  // the name is that of the start-up message, as PostgreSQL has it
  const std::string client_nonce = TRY(TakeAttribute(rest, 'r'));
  if (client_nonce.empty() || !IsPrintable(client_nonce)) return BadMessage("no nonce");
  nonce_ = client_nonce + nonce_;
  server_first_ = fmt::format("r={},s={},i={}", nonce_, ToBase64(verifier_.salt), verifier_.iterations);
  return server_first_;
}

Result<std::string> ScramExchange::Finish(std::string_view client_final) {
  CHECK(!server_first_.empty());
  const auto proof_at = client_final.rfind(",p=");
  if (proof_at == client_final.npos) return BadMessage("no proof");
  const std::string without_proof(client_final.substr(0, proof_at));
  std::string_view rest = without_proof;
  if (TRY(TakeAttribute(rest, 'c')) != binding_) {
    return Fail(ErrorCode::kPermissionDenied, "the channel binding does not fit this connection");
  }
  if (TRY(TakeAttribute(rest, 'r')) != nonce_) return BadMessage("another nonce");
  const Hash proof = TRY(HashFromBase64(client_final.substr(proof_at + 3)));
  const std::string message = client_first_bare_ + "," + server_first_ + "," + without_proof;
  const Hash client_signature = HmacSha256(verifier_.stored_key, AsBytes(message));
  Hash client_key;
  for (std::size_t i = 0; i < client_key.size(); ++i) client_key[i] = proof[i] ^ client_signature[i];
  if (!EqualInConstantTime(Sha256(client_key), verifier_.stored_key)) {
    return Fail(ErrorCode::kPermissionDenied, "the password is wrong");
  }
  return "v=" + ToBase64(HmacSha256(verifier_.server_key, AsBytes(message)));
}

}  // namespace concordat::crypto
