// The server's certificate, ready for handshakes: TLS 1.3, or 1.2 with forward secrecy.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace concordat::pgwire {

struct Tls {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
  Bytes endpoint;  // tls-server-end-point, for SCRAM-SHA-256-PLUS
};

// Errors: kNotFound, kPermissionDenied, kInvalidArgument (not PEM, or the key is not the certificate's).
Result<std::shared_ptr<Tls>> LoadTls(const std::filesystem::path& certificate,
                                     const std::filesystem::path& key);

}  // namespace concordat::pgwire
