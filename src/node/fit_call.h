// A fit as the command line takes it, written as a statement.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace concordat::node {

// `arguments`: method ("glm", or a whole call "glm('disease ~ age', 'patients')"), formula, table, options (a
// list of "name=value"). Errors: kInvalidArgument saying what to write.
Result<std::string> FitStatement(const Json& arguments);

}  // namespace concordat::node
