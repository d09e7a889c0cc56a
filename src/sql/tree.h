// PostgreSQL's own parser: text to syntax tree.
#pragma once

#include <pg_query.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"

namespace concordat::sql {

inline constexpr std::size_t kLongestText = std::size_t{128} << 10;  // bytes of one message of statements

// The statements of a text. Safe on any text: the parser runs on a stack of its own that no text up to
// kLongestText exhausts, and a tree deeper than later recursions allow is refused. Refusals: not_sql (42601,
// with position), statement_too_long, statement_too_deep.
Outcome<pg_query::ParseResult> ParseTree(std::string_view text);

// The schema of what this product adds to SQL: methods, models, orders to the node.
inline constexpr char kOwnSchema[] = "concordat";
// Is the function called by a name within it?
bool IsOwn(const pg_query::FuncCall& call);

// The function that stands in place of a table, where it is the only one; else null.
const pg_query::FuncCall* OnlyFunction(const pg_query::RangeFunction& range);

// Whether one of the messages right below holds: asked one after the other, until one does.
template <class Holds>
bool AnyBelow(const google::protobuf::Message& message, const Holds& holds) {
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (holds(reflection->GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i)
      if (holds(reflection->GetRepeatedMessage(message, field, i))) return true;
  }
  return false;
}

// Every table that the tree names, as often as it does, but for what a WITH makes where it is named.
std::vector<pg_query::RangeVar> TablesOf(const google::protobuf::Message& tree);

// The tree as text again, one spelling for one meaning. An operation that is the operand of another stands as
// COALESCE(operation), which means the same, wherever parentheses might be needed (deparse.cc).
Outcome<std::string> Deparse(const pg_query::ParseResult& tree);

}  // namespace concordat::sql
