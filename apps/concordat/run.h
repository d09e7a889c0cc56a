// Carries an invocation out: asks the running node, or opens the home itself, and prints what came of it.
#pragma once

#include "invocation.h"

namespace concordat::cli {

// Exit codes: 0 done, 1 refused, 2 wrong use, 3 failed.
int Run(const Invocation& invocation);

}  // namespace concordat::cli
