// The functions a catalogue question may call. Nothing else exists: not DuckDB's own, not PostgreSQL's
// others.
#pragma once

#include <string_view>
#include <vector>

#include "pgcatalog/types.h"

namespace concordat::pgcatalog {

// What a call returns, where it is not simply a type.
enum class Returns { kType, kArgument, kArrayOfArgument, kElementOfArgument };

struct Function {
  const char* name;    // PostgreSQL's
  const char* target;  // DuckDB's function or our macro (macros.cc)
  Oid type = oid::kText;
  Returns returns = Returns::kType;
  std::vector<Oid> parameters = {};  // types of $n given as arguments; text beyond
};

// None if the function is not allowed.
const Function* FindFunction(std::string_view name);

// Is this the name of what some function of the list becomes?
bool IsTarget(std::string_view target);

// The macros and small tables behind the functions, as DuckDB's SQL.
extern const char* const macros;

}  // namespace concordat::pgcatalog
