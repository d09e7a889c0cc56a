// TLS 1.3 with certificates that are recognised by their keys, not by an authority; inside this module alone.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/certificate.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
class AuthContext;
}  // namespace grpc

namespace concordat::peer {

// Is the certificate (PEM) that the other side showed, and has proven to hold the key of, the right one?
using CertificateCheck = std::function<Result<void>(std::string_view certificate_pem)>;

// Both sides show certificates; what `check` declines ends the handshake.
std::shared_ptr<grpc::ServerCredentials> ServerCredentialsFor(const crypto::Certificate& identity,
                                                              CertificateCheck check);
std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsFor(const crypto::Certificate& identity,
                                                                CertificateCheck check);

// The certificate (PEM) of the other side of a call; empty when there is none.
std::string CertificateOf(const grpc::AuthContext& context);

}  // namespace concordat::peer
