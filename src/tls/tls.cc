#include "tls/tls.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "base/file.h"
#include "crypto/certificate.h"

namespace concordat::tls {
namespace {

// A client that names protocols must name ours: a TLS connection meant for another service is turned away.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                   unsigned int in_length, void* argument) {
  const std::string& protocol = *static_cast<const std::string*>(argument);
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_length, reinterpret_cast<const unsigned char*>(protocol.data()),
                            static_cast<unsigned int>(protocol.size()), in, in_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void Harden(SSL_CTX* context, std::string& protocol) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, &protocol);
}

}  // namespace

Result<std::shared_ptr<Identity>> Load(const std::filesystem::path& certificate,
                                       const std::filesystem::path& key, std::string_view protocol) {
  const std::string certificate_pem = TRY(ReadFile(certificate, 1 << 20));
  const std::string key_pem = TRY(ReadFile(key, 1 << 20));
  auto tls = std::make_shared<Identity>();
  tls->protocol = static_cast<char>(protocol.size()) + std::string(protocol);
  tls->endpoint = TRY(crypto::EndpointBinding(certificate_pem));
  boost::system::error_code error;
  tls->context.use_certificate_chain(boost::asio::buffer(certificate_pem), error);
  if (error) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a certificate in PEM form: {}",
                                                         certificate.string(), error.message()));
  }
  tls->context.use_private_key(boost::asio::buffer(key_pem), boost::asio::ssl::context::pem, error);
  if (error || SSL_CTX_check_private_key(tls->context.native_handle()) != 1) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is not the private key, in PEM form, of {}",
                                                         key.string(), certificate.string()));
  }
  Harden(tls->context.native_handle(), tls->protocol);
  return tls;
}

}  // namespace concordat::tls
