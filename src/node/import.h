// Notes of agreements taken in, whether a file or the line to another member brought them.
#pragma once

#include "base/json.h"
#include "node/node.h"
#include "node/verb.h"

namespace concordat::node {

// Arguments: text, a note or a document; by. Errors: kInvalidArgument, kNotFound (a step upon a document that
// is not here), kPermissionDenied with its reason for what is refused. Hold no Share.
Result<Reply> ImportNote(Node& node, const Json& arguments);

}  // namespace concordat::node
