// A TLS certificate that a member makes for itself and peers pin by its fingerprint.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/hash.h"

namespace concordat::crypto {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

// ECDSA P-256 with SHA-256, valid from a day before `now` for ten years (it is pinned, not renewed by an
// authority), for the host names and addresses given. Errors: kInvalidArgument without a host; kInternal.
//
// `comment`, where given, is asked what the certificate is to carry beside (Netscape's comment, printable
// ASCII), of the pin of the key that was just made.
using Commenter = std::function<std::string(const Hash& pin)>;
Result<Certificate> MakeCertificate(const std::string& name, const std::vector<std::string>& hosts, Time now,
                                    const Commenter& comment = {});

// SHA-256 of the certificate's DER form: what two people compare by voice.
Result<Hash> Fingerprint(std::string_view certificate_pem);
// SHA-256 of the public key's DER form (SubjectPublicKeyInfo), which RFC 7469 calls a pin: it stands when a
// certificate is made anew for the same key.
Result<Hash> KeyPin(std::string_view certificate_pem);
// The comment that it carries; empty where there is none, or one past 4,096 bytes.
Result<std::string> CommentOf(std::string_view certificate_pem);
// When it stops being valid. Errors: kInvalidArgument (not a certificate in PEM form).
Result<Time> ValidUntil(std::string_view certificate_pem);
// The tls-server-end-point channel binding of a certificate (RFC 5929 section 4.1): its hash by the hash
// function of its signature, SHA-256 where that is MD5 or SHA-1.
Result<Bytes> EndpointBinding(std::string_view certificate_pem);

}  // namespace concordat::crypto
