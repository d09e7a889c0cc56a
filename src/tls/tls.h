// The server's certificate, ready for handshakes: TLS 1.3, or 1.2 with forward secrecy.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace concordat::tls {

struct Identity {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
  Bytes endpoint;        // tls-server-end-point, for SCRAM-SHA-256-PLUS
  std::string protocol;  // ALPN's wire form: the name's length, then the name
};

// For one protocol by its ALPN name, such as "postgresql": a client that names protocols must name it.
// Streams must not outlive the identity. Errors: kNotFound, kPermissionDenied, kInvalidArgument (not PEM, or
// the key is not the certificate's).
Result<std::shared_ptr<Identity>> Load(const std::filesystem::path& certificate,
                                       const std::filesystem::path& key, std::string_view protocol);

}  // namespace concordat::tls
