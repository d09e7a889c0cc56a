// The built-in course, taken on one's own machine.
#pragma once

#include "base/result.h"
#include "invocation.h"
#include "node/verb.h"

namespace concordat::cli {

// `course read`: lessons and questions. Errors: kNotFound for a course that is not there.
Result<node::Reply> ReadCourse(const Invocation& invocation);
// `course take`: asks the questions, or takes --answers, and writes the signed attestation to --out.
// Errors: kFailedPrecondition naming the lessons to read again.
Result<node::Reply> TakeCourse(const Invocation& invocation);

}  // namespace concordat::cli
