#include "peer/credentials.h"

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <cstdlib>

namespace concordat::peer {
namespace {

namespace tls = grpc::experimental;

// gRPC 1.51 lets nobody choose the oldest version of TLS, but the cipher suites of those before 1.3 (1.3 has
// a list of its own). This suite needs a secret shared beforehand, and there is none: 1.2 cannot be agreed
// on. Set before main, while there is one thread; gRPC reads it when it is first used.
const bool kOnlyTls13 = setenv("GRPC_SSL_CIPHER_SUITES", "PSK-AES128-GCM-SHA256", 1) == 0;
// What it would write to standard error we say ourselves, in the log; GRPC_VERBOSITY=debug brings it back.
const bool kSilent = setenv("GRPC_VERBOSITY", "NONE", 0) == 0;

class Verifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit Verifier(CertificateCheck check) : check_(std::move(check)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* status) override {
    const auto peer = request->peer_cert();
    const auto checked = check_(std::string_view(peer.data(), peer.size()));
    if (!checked) *status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, checked.error().message);
    return true;  // at once
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest*) override {}

 private:
  CertificateCheck check_;
};

std::shared_ptr<tls::CertificateProviderInterface> ProviderOf(const crypto::Certificate& identity) {
  return std::make_shared<tls::StaticDataCertificateProvider>(
      std::vector<tls::IdentityKeyCertPair>{{identity.key_pem, identity.certificate_pem}});
}

void Prepare(tls::TlsCredentialsOptions& options, CertificateCheck check) {
  options.watch_identity_key_cert_pairs();
  options.set_check_call_host(false);
  options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<Verifier>(std::move(check)));
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ServerCredentialsFor(const crypto::Certificate& identity,
                                                              CertificateCheck check) {
  tls::TlsServerCredentialsOptions options(ProviderOf(identity));
  Prepare(options, std::move(check));
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsFor(const crypto::Certificate& identity,
                                                                CertificateCheck check) {
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(ProviderOf(identity));
  Prepare(options, std::move(check));
  options.set_verify_server_certs(false);  // by an authority: there is none
  return tls::TlsCredentials(options);
}

std::string CertificateOf(const grpc::AuthContext& context) {
  const auto found = context.FindPropertyValues("x509_pem_cert");
  return found.empty() ? std::string() : std::string(found.front().data(), found.front().size());
}

}  // namespace concordat::peer
