#include "crypto/certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

namespace concordat::crypto {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

constexpr long kValidSeconds = 3650L * 86400;

tl::unexpected<Error> OpenSslFailed(const char* what) {
  return Fail(ErrorCode::kInternal, std::string("OpenSSL could not ") + what);
}

bool IsAddress(const std::string& host) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, host.c_str(), buffer) == 1 || inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

bool IsHostName(const std::string& host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '*';
  });
}

std::string AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    names += names.empty() ? "" : ",";
    names += (IsAddress(host) ? "IP:" : "DNS:") + host;
  }
  return names;
}

bool AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Result<Hash> PinOf(const X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (length <= 0) return OpenSslFailed("read the certificate's key");
  const Hash pin = Sha256(ByteView(der, static_cast<std::size_t>(length)));
  OPENSSL_free(der);
  return pin;
}

bool Describe(X509* certificate, const std::string& name, const std::vector<std::string>& hosts, Time now) {
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return false;
  serial[0] &= 0x7f;
  const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
  const auto start = std::chrono::system_clock::to_time_t(now) - 86400;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(certificate), start);
  ASN1_TIME_set(X509_getm_notAfter(certificate), start + kValidSeconds);
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto* common_name = reinterpret_cast<const unsigned char*>(name.c_str());
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1 &&
         AddExtension(certificate, NID_subject_alt_name, AlternativeNames(hosts)) &&
         AddExtension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         AddExtension(certificate, NID_key_usage, "critical,digitalSignature") &&
         AddExtension(certificate, NID_ext_key_usage, "serverAuth,clientAuth") &&
         AddExtension(certificate, NID_subject_key_identifier, "hash");
}

std::string Content(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(length)};
}

Result<X509Ptr> Read(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate)
    return Fail(ErrorCode::kInvalidArgument, "not a certificate in PEM form", "check the certificate file");
  return certificate;
}

Result<Bytes> Digest(X509* certificate, const EVP_MD* hash) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  if (X509_digest(certificate, hash, digest.data(), &length) != 1)
    return OpenSslFailed("hash the certificate");
  digest.resize(length);
  return digest;
}

}  // namespace

Result<Certificate> MakeCertificate(const std::string& name, const std::vector<std::string>& hosts, Time now,
                                    const Commenter& comment) {
  if (hosts.empty())
    return Fail(ErrorCode::kInvalidArgument, "a certificate needs a host name", "name one with --host");
  for (const std::string& host : hosts) {
    if (!IsAddress(host) && !IsHostName(host)) {
      return Fail(ErrorCode::kInvalidArgument, "'" + host + "' is not a host name or address",
                  "write host names without port, scheme or spaces");
    }
  }
  const Key key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  if (!key || !certificate) return OpenSslFailed("make a key");
  X509_set_pubkey(certificate.get(), key.get());
  if (!Describe(certificate.get(), name, hosts, now)) {
    return Fail(ErrorCode::kInvalidArgument, "the name does not fit a certificate",
                "names have at most 64 characters");
  }
  const std::string text = comment ? comment(TRY(PinOf(certificate.get()))) : "";
  if (!text.empty() && !AddExtension(certificate.get(), NID_netscape_comment, text))
    return OpenSslFailed("put a comment into the certificate");
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
    return OpenSslFailed("sign the certificate");
  const BioPtr certificate_bio(BIO_new(BIO_s_mem()));
  const BioPtr key_bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_X509(certificate_bio.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return OpenSslFailed("write the certificate");
  }
  return Certificate{Content(certificate_bio.get()), Content(key_bio.get())};
}

Result<Hash> Fingerprint(std::string_view certificate_pem) {
  const X509Ptr certificate = TRY(Read(certificate_pem));
  const Bytes digest = TRY(Digest(certificate.get(), EVP_sha256()));
  Hash hash;
  std::copy(digest.begin(), digest.end(), hash.begin());
  return hash;
}

Result<Hash> KeyPin(std::string_view certificate_pem) { return PinOf(TRY(Read(certificate_pem)).get()); }

Result<std::string> CommentOf(std::string_view certificate_pem) {
  constexpr int kLongest = 4096;
  const X509Ptr certificate = TRY(Read(certificate_pem));
  const std::unique_ptr<ASN1_IA5STRING, Deleter<ASN1_IA5STRING_free>> comment(static_cast<ASN1_IA5STRING*>(
      X509_get_ext_d2i(certificate.get(), NID_netscape_comment, nullptr, nullptr)));
  if (!comment || ASN1_STRING_length(comment.get()) > kLongest) return std::string();
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(comment.get())),
                     static_cast<std::size_t>(ASN1_STRING_length(comment.get())));
}

Result<Time> ValidUntil(std::string_view certificate_pem) {
  const X509Ptr certificate = TRY(Read(certificate_pem));
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1)
    return OpenSslFailed("read the certificate's dates");
  return Time(std::chrono::seconds(timegm(&end)));
}

Result<Bytes> EndpointBinding(std::string_view certificate_pem) {
  const X509Ptr certificate = TRY(Read(certificate_pem));
  int nid = NID_undef;
  X509_get_signature_info(certificate.get(), &nid, nullptr, nullptr, nullptr);
  const bool weak = nid == NID_undef || nid == NID_md5 || nid == NID_sha1;
  const EVP_MD* hash = weak ? EVP_sha256() : EVP_get_digestbynid(nid);
  return Digest(certificate.get(), hash != nullptr ? hash : EVP_sha256());
}

}  // namespace concordat::crypto
