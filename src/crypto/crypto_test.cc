#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/testing_random.h"
#include "crypto/certificate.h"
#include "crypto/commitment.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/note.h"

namespace concordat::crypto {
namespace {

TEST(Sha256, MeetsFips180) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256({AsBytes("a"), AsBytes("bc")}), Sha256(AsBytes("abc")));
}

TEST(HmacSha256, MeetsRfc4231Case2) {
  EXPECT_EQ(ToHex(HmacSha256(AsBytes("Jefe"), AsBytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(EqualInConstantTime, ComparesLengthAndBytes) {
  EXPECT_TRUE(EqualInConstantTime(AsBytes("abc"), AsBytes("abc")));
  EXPECT_TRUE(EqualInConstantTime({}, {}));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("abc"), AsBytes("abd")));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("ab"), AsBytes("abc")));
  EXPECT_FALSE(EqualInConstantTime({}, AsBytes("abc")));
}

TEST(Commit, HidesBehindItsSaltAndBindsItsPayload) {
  SeededRandom random(1);
  const Salt salt = NewSalt(random);
  const Salt other = NewSalt(random);
  EXPECT_EQ(Commit(salt, AsBytes("payload")), Commit(salt, AsBytes("payload")));
  EXPECT_NE(Commit(salt, AsBytes("payload")), Commit(other, AsBytes("payload")));
  EXPECT_NE(Commit(salt, AsBytes("payload")), Commit(salt, AsBytes("payloae")));
}

// The key and note of the documentation of Go's golang.org/x/mod/sumdb/note.
constexpr char kVkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kNote[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

TEST(VerifyKey, ReadsAndWritesTheKeyOfOthers) {
  const auto key = VerifyKey::Parse(kVkey);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->name(), "PeterNeumann");
  EXPECT_EQ(key->id(), 0xc74f20a3U);
  EXPECT_EQ(key->Text(), kVkey);
}

TEST(VerifyKey, RefusesWhatIsNoKey) {
  for (const char* bad :
       {"", "PeterNeumann", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann+c74f20a3+ARpc",
        "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
    EXPECT_FALSE(VerifyKey::Parse(bad)) << bad;
  }
}

TEST(Note, VerifiesTheNoteOfOthers) {
  const auto note = ParseNote(kNote);
  ASSERT_TRUE(note);
  EXPECT_EQ(*VerifyNote(*note, {*VerifyKey::Parse(kVkey)}), std::vector<std::string>{"PeterNeumann"});
  EXPECT_EQ(FormatNote(*note), kNote);
}

TEST(Note, CatchesEveryFlippedBitOfItsText) {
  const VerifyKey key = *VerifyKey::Parse(kVkey);
  const auto note = ParseNote(kNote);
  for (std::size_t i = 0; i < note->text.size() * 8; ++i) {
    Note flipped = *note;
    flipped.text[i / 8] = static_cast<char>(flipped.text[i / 8] ^ (1 << (i % 8)));
    EXPECT_FALSE(VerifyNote(flipped, {key})) << i;
  }
}

TEST(Note, CarriesSeveralSignaturesAndPassesOverUnknownOnes) {
  SeededRandom random(1);
  const SigningKey one = *SigningKey::Generate("one.example", random);
  const SigningKey two = *SigningKey::Generate("two.example", random);
  Note note{.text = "a text\n", .signatures = {}};
  AddSignature(note, one);
  AddSignature(note, two);
  const auto read = ParseNote(FormatNote(note));
  ASSERT_TRUE(read);
  EXPECT_EQ(*VerifyNote(*read, {two.verify_key()}), std::vector<std::string>{"two.example"});
  EXPECT_EQ(VerifyNote(*read, {one.verify_key(), two.verify_key()})->size(), 2U);
  const SigningKey stranger = *SigningKey::Generate("three.example", random);
  EXPECT_TRUE(VerifyNote(*read, {stranger.verify_key()})->empty());
}

TEST(Note, RefusesWhatIsNoNote) {
  const std::string whole = kNote;
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"empty", ""},
      {"no signature", "text\n"},
      {"no signature after the gap", "text\n\n"},
      {"last newline lost", whole.substr(0, whole.size() - 1)},
      {"control character", "te\x01xt\n" + whole.substr(whole.find("\n\n") + 1)},
      {"not UTF-8", "te\xFFxt\n" + whole.substr(whole.find("\n\n") + 1)},
      {"no dash", "text\n\nPeterNeumann x08go/ZJkuBS9UG/SffcvIAQ\n"},
      {"not base64", "text\n\n\xE2\x80\x94 PeterNeumann x08go_ZJ\n"},
      {"too short", "text\n\n\xE2\x80\x94 PeterNeumann x08g\n"},
      {"name with a plus", "text\n\n\xE2\x80\x94 Peter+Neumann x08go/ZJkuBS9UG/\n"},
  };
  for (const auto& c : cases) EXPECT_FALSE(ParseNote(c.text)) << c.name;
}

// c2sp.org/signed-note: names are UTF-8; what we cannot check must not spoil what we can.
TEST(Note, PassesOverSignaturesWithForeignNames) {
  const std::string foreign = "\xE2\x80\x94 caf\xC3\xA9 x08go/ZJkuBS9UG/\n";
  const auto note = ParseNote(kNote + foreign);
  ASSERT_TRUE(note);
  EXPECT_EQ(VerifyNote(*note, {*VerifyKey::Parse(kVkey)})->size(), 1U);
  EXPECT_FALSE(ParseNote(std::string(kNote) + "\xE2\x80\x94 a\xC2\xA0z x08go/ZJkuBS9UG/\n"));
}

TEST(SigningKey, SurvivesItsTextAndNamesItself) {
  SeededRandom random(2);
  const SigningKey key = *SigningKey::Generate("lewisham", random);
  const auto again = SigningKey::Parse(key.SecretText());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verify_key().Text(), key.verify_key().Text());
  EXPECT_TRUE(key.verify_key().Verify(AsBytes("m"), again->Sign(AsBytes("m"))));
  EXPECT_FALSE(key.verify_key().Verify(AsBytes("n"), again->Sign(AsBytes("m"))));
  EXPECT_FALSE(SigningKey::Generate("two words", random));
  EXPECT_FALSE(SigningKey::Parse(key.verify_key().Text()));
}

TEST(Certificate, HasAFingerprintAndAnEndpointBinding) {
  const Time now = *ParseTime("2026-11-23");
  const auto one = MakeCertificate("lewisham", {"node.lewisham.example", "127.0.0.1"}, now);
  const auto two = MakeCertificate("lewisham", {"node.lewisham.example"}, now);
  ASSERT_TRUE(one);
  ASSERT_TRUE(two);
  const auto fingerprint = Fingerprint(one->certificate_pem);
  ASSERT_TRUE(fingerprint);
  EXPECT_NE(*fingerprint, *Fingerprint(two->certificate_pem));
  // Signed with SHA-256, so the binding is the SHA-256 of the certificate (RFC 5929 section 4.1).
  EXPECT_EQ(*EndpointBinding(one->certificate_pem), Bytes(fingerprint->begin(), fingerprint->end()));
  EXPECT_FALSE(Fingerprint(one->key_pem));
  EXPECT_EQ(*ValidUntil(one->certificate_pem), *ParseTime("2036-11-19"));  // 3,650 days from a day before
  EXPECT_FALSE(ValidUntil(one->key_pem));
}

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;

X509Ptr ReadCertificate(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  return {PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free};
}

// What a client does that was given the certificate as its root: psql's sslrootcert with verify-full.
TEST(Certificate, IsTrustedByWhoeverPinsItAndForItsNamesAlone) {
  const Time now = *ParseTime("2026-11-23");
  const auto made = MakeCertificate("lewisham", {"node.lewisham.example", "127.0.0.1", "::1"}, now);
  ASSERT_TRUE(made);
  const X509Ptr certificate = ReadCertificate(made->certificate_pem);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(X509_check_host(certificate.get(), "node.lewisham.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "lewisham", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.2", 0), 0);

  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), X509_STORE_free);
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                X509_STORE_CTX_free);
  X509_STORE_add_cert(store.get(), certificate.get());
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_STORE_CTX_set_default(context.get(), "ssl_server");
  X509_STORE_CTX_set_time(context.get(), 0, std::chrono::system_clock::to_time_t(now));
  EXPECT_EQ(X509_verify_cert(context.get()), 1)
      << X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

TEST(Certificate, RefusesWhatIsNoHost) {
  const Time now = *ParseTime("2026-11-23");
  EXPECT_FALSE(MakeCertificate("lewisham", {}, now));
  EXPECT_FALSE(MakeCertificate(std::string(65, 'x'), {"a.example"}, now));
  for (const char* bad : {"", "a.example,email:eve@example", "a.example:6432", "http://a.example", "a b"}) {
    EXPECT_FALSE(MakeCertificate("lewisham", {bad}, now)) << bad;
  }
}

}  // namespace
}  // namespace concordat::crypto
