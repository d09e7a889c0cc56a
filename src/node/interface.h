// The JSON interface as a table: which verb answers at which address, and what it takes. What the command
// line does against a node, a program does with this. For clients: docs/openapi.yaml, which a test holds
// against the table.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "web/message.h"

namespace concordat::node {

struct Argument {
  enum class Kind { kText, kNumber, kFlag, kTexts };
  const char* name;
  Kind kind = Kind::kText;
  bool required = false;
};

struct Operation {
  const char* method;
  const char* pattern;  // as web::Route has it; its named parts are arguments too
  const char* verb;
  std::vector<Argument> arguments = {};  // in the query of GET and DELETE, in the body of POST
};

const std::vector<Operation>& Operations();

// The arguments of the verb. Errors: kInvalidArgument naming what is missing, not known, or of another kind.
Result<Json> ArgumentsFrom(const Operation& operation, const web::Request& request);

}  // namespace concordat::node
