// The allow-list: which nodes of PostgreSQL's syntax tree are accepted, and what becomes of each field of
// each.
//
// Nothing is ignored: a field is read by the binder, is a mere position, or, when set, is refused by the name
// that people know it by. A message or field that the table does not name is refused. (Peers silently drop
// FILTER, DISTINCT and joins.)
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "base/refusal.h"

namespace concordat::sql {

// Refusals: not_supported, join_not_supported, set_operation, window_function, row_locking,
// subquery_expression, …: the table in allow.cc; position where the tree has one.
Outcome<void> CheckAllowed(const google::protobuf::Message& message);

enum class FieldUse {
  kRead,      // the binder reads it
  kPosition,  // where it stood in the text
  kFixed,     // always the same value in what PostgreSQL's parser makes
  kRefused,   // refused when set
};

struct AllowedField {
  const char* message;
  const char* field;
  FieldUse use;
};
// The table, for the test that holds it against the descriptors.
std::vector<AllowedField> AllowedFields();

}  // namespace concordat::sql
