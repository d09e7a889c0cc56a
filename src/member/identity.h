// A member's own TLS key for the line to others, in a certificate that says whose it is.
#pragma once

#include "crypto/certificate.h"
#include "member/letter.h"

namespace concordat::member {

// A certificate with a new key, the member's `number`th. Errors: MakeCertificate's.
Result<crypto::Certificate> MakeIdentity(const crypto::SigningKey& key, std::uint64_t number, Time now);

// Pin and number of a certificate that this key vouches for. Errors: kCorrupt, kInvalidArgument.
Result<KeyStatement> StatementOf(std::string_view certificate_pem, const crypto::VerifyKey& key);

}  // namespace concordat::member
