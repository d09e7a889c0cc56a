#include "crypto/scram.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/testing_random.h"

namespace concordat::crypto {
namespace {

// RFC 7677 section 3.
constexpr char kServerNonce[] = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr char kClientFirst[] = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr char kServerFirst[] =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr char kClientFinal[] =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+"
    "Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr char kServerFinal[] = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

Hash Pbkdf2(const std::string& password, const Bytes& salt) {
  Hash out;
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                    static_cast<int>(salt.size()), 4096, EVP_sha256(), 32, out.data());
  return out;
}

ScramVerifier RfcVerifier() {
  ScramVerifier verifier{.iterations = 4096,
                         .salt = *FromBase64("W22ZaJ0SNY7soEsUEjb6gQ=="),
                         .stored_key = {},
                         .server_key = {}};
  const Hash salted = Pbkdf2("pencil", verifier.salt);
  verifier.stored_key = Sha256(HmacSha256(salted, AsBytes("Client Key")));
  verifier.server_key = HmacSha256(salted, AsBytes("Server Key"));
  return verifier;
}

// What a client that knows `password` answers.
std::string ClientFinal(const std::string& password, const std::string& bare, const std::string& server_first,
                        const std::string& binding) {
  const auto salt_at = server_first.find(",s=") + 3;
  const Bytes salt = *FromBase64(server_first.substr(salt_at, server_first.find(",i=") - salt_at));
  const std::string without = "c=" + binding + "," + server_first.substr(0, server_first.find(",s="));
  const Hash key = HmacSha256(Pbkdf2(password, salt), AsBytes("Client Key"));
  const Hash signature = HmacSha256(Sha256(key), AsBytes(bare + "," + server_first + "," + without));
  Hash proof;
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = key[i] ^ signature[i];
  return without + ",p=" + ToBase64(proof);
}

TEST(Scram, MeetsRfc7677) {
  ScramExchange exchange(RfcVerifier(), {}, kServerNonce);
  EXPECT_EQ(*exchange.Begin("SCRAM-SHA-256", kClientFirst), kServerFirst);
  EXPECT_EQ(*exchange.Finish(kClientFinal), kServerFinal);
}

TEST(Scram, RefusesTheWrongPassword) {
  ScramExchange exchange(RfcVerifier(), {}, kServerNonce);
  const std::string first = *exchange.Begin("SCRAM-SHA-256", kClientFirst);
  const auto answer = exchange.Finish(ClientFinal("pencils", "n=user,r=rOprNGfwEbeRWgbNEkqO", first, "biws"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kPermissionDenied);
}

TEST(Scram, BindsToTheChannel) {
  const Bytes endpoint{1, 2, 3};
  const std::string header = "p=tls-server-end-point,,";
  Bytes data(header.begin(), header.end());
  data.insert(data.end(), endpoint.begin(), endpoint.end());
  const struct {
    const char* name;
    Bytes seen_by_client;
    bool accepted;
  } cases[] = {
      {"the same channel", data, true},
      {"somebody between", Bytes(header.begin(), header.end()), false},
  };
  for (const auto& c : cases) {
    ScramExchange exchange(RfcVerifier(), endpoint, kServerNonce);
    const auto first = exchange.Begin("SCRAM-SHA-256-PLUS", header + "n=user,r=abc");
    ASSERT_TRUE(first) << c.name;
    const auto last =
        exchange.Finish(ClientFinal("pencil", "n=user,r=abc", *first, ToBase64(c.seen_by_client)));
    EXPECT_EQ(last.has_value(), c.accepted) << c.name;
  }
}

TEST(Scram, RefusesWhatIsMalformedOrADowngrade) {
  const struct {
    const char* name;
    const char* mechanism;
    std::optional<Bytes> endpoint;
    const char* first;
  } cases[] = {
      {"downgrade", "SCRAM-SHA-256", Bytes{1}, "y,,n=user,r=abc"},
      {"binding not offered", "SCRAM-SHA-256-PLUS", {}, "p=tls-server-end-point,,n=user,r=abc"},
      {"other binding", "SCRAM-SHA-256-PLUS", Bytes{1}, "p=tls-unique,,n=user,r=abc"},
      {"plus without binding", "SCRAM-SHA-256-PLUS", Bytes{1}, "n,,n=user,r=abc"},
      {"binding without plus", "SCRAM-SHA-256", Bytes{1}, "p=tls-server-end-point,,n=user,r=abc"},
      {"other mechanism", "SCRAM-SHA-1", {}, "n,,n=user,r=abc"},
      {"authorization identity", "SCRAM-SHA-256", {}, "n,a=root,n=user,r=abc"},
      {"extension", "SCRAM-SHA-256", {}, "n,,m=x,n=user,r=abc"},
      {"no nonce", "SCRAM-SHA-256", {}, "n,,n=user,r="},
      {"no name", "SCRAM-SHA-256", {}, "n,,r=abc"},
      {"empty", "SCRAM-SHA-256", {}, ""},
  };
  for (const auto& c : cases) {
    ScramExchange exchange(RfcVerifier(), c.endpoint, kServerNonce);
    EXPECT_FALSE(exchange.Begin(c.mechanism, c.first)) << c.name;
  }
}

TEST(Scram, RefusesAnotherNonceAndAProofOfAnotherLength) {
  for (const char* last :
       {"c=biws,r=another,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzb", "c=biws", ""}) {
    ScramExchange exchange(RfcVerifier(), {}, kServerNonce);
    ASSERT_TRUE(exchange.Begin("SCRAM-SHA-256", kClientFirst));
    EXPECT_FALSE(exchange.Finish(last)) << last;
  }
}

TEST(ScramVerifier, RoundTripsThroughPostgresText) {
  SeededRandom random(3);
  const auto verifier = MakeScramVerifier("correct horse", random);
  ASSERT_TRUE(verifier);
  EXPECT_EQ(*ParseScramVerifier(ToText(*verifier)), *verifier);
  for (const char* bad :
       {"", "md5abc", "SCRAM-SHA-256$0:AAAA$AAAA:AAAA", "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA"}) {
    EXPECT_FALSE(ParseScramVerifier(bad)) << bad;
  }
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string(1001, 'x')}) {
    EXPECT_FALSE(MakeScramVerifier(bad, random));
  }
}

// RFC 4013 section 3, and what clients fall back to where it forbids. The written password is `typed`; a
// client normalises it to `meant`.
TEST(ScramVerifier, NormalisesPasswordsAsClientsDo) {
  const struct {
    const char* name;
    std::string typed;
    std::string meant;
  } cases[] = {
      {"ASCII", "user X", "user X"},
      {"soft hyphen", "I\xC2\xADX", "IX"},
      {"feminine ordinal", "\xC2\xAA", "a"},
      {"Roman nine", "\xE2\x85\xA8", "IX"},
      {"decomposed", "n\xCC\x83", "\xC3\xB1"},
      {"other space", "a\xC2\xA0z", "a z"},
      {"forbidden", "a\xEF\xBF\xBDz", "a\xEF\xBF\xBDz"},
      {"nothing left of it", "\xC2\xAD", "\xC2\xAD"},
      {"unassigned in Unicode 3.2", "\xF0\x9F\x98\x80\xC2\xAD", "\xF0\x9F\x98\x80\xC2\xAD"},
      {"not UTF-8", "a\xFF", "a\xFF"},
      {"the longest form", "\xEF\xB7\xBA",
       "\xD8\xB5\xD9\x84\xD9\x89 \xD8\xA7\xD9\x84\xD9\x84\xD9\x87 \xD8\xB9\xD9\x84\xD9\x8A\xD9\x87 "
       "\xD9\x88\xD8\xB3\xD9\x84\xD9\x85"},
  };
  for (const auto& c : cases) {
    SeededRandom random(4);
    const auto verifier = MakeScramVerifier(c.typed, random);
    ASSERT_TRUE(verifier) << c.name;
    const Hash salted = Pbkdf2(c.meant, verifier->salt);
    EXPECT_EQ(verifier->stored_key, Sha256(HmacSha256(salted, AsBytes("Client Key")))) << c.name;
  }
}

TEST(MockScramVerifier, IsStableForANameAndDiffersBetweenNamesAndServers) {
  EXPECT_EQ(MockScramVerifier("eve", AsBytes("secret")), MockScramVerifier("eve", AsBytes("secret")));
  EXPECT_NE(MockScramVerifier("eve", AsBytes("secret")).salt,
            MockScramVerifier("eva", AsBytes("secret")).salt);
  EXPECT_NE(MockScramVerifier("eve", AsBytes("secret")).salt,
            MockScramVerifier("eve", AsBytes("other")).salt);
}

}  // namespace
}  // namespace concordat::crypto
