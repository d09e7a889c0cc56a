// An attestation: whoever took a course says so, with their answers, in a signed note. Format:
// docs/formats/attestation.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agreement/analyst.h"
#include "agreement/course.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/keys.h"

namespace concordat::agreement {

// The note, signed by its taker: a key named "ana@lewisham". Precondition: the answers pass.
std::string Attest(const Course& course, const std::vector<int>& answers, Time when,
                   const crypto::SigningKey& key);

// The training that a note gives its taker, whose key is `vkey`. Answers are graded anew. Errors:
// kInvalidArgument: no attestation, another's, a course or an edition of it that is not here, answers that do
// not pass, a day after `now`; kPermissionDenied: a signature that does not fit.
Result<Training> ReadAttestation(std::string_view note, const std::string& vkey, Time now);

}  // namespace concordat::agreement
