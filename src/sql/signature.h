// What is known of methods without making one: their options and columns, as SQL's types. It is what clients
// are told who look for functions, or have a statement described before they send its values.
//
// learning decides what a call means; src/release/signature_test.cc holds the two against each other.
#pragma once

#include <string_view>
#include <vector>

#include "base/value.h"
#include "sql/fit.h"

namespace concordat::sql {

struct Signature {
  const char* name;
  const char* about;                  // in a line
  const char* response;               // a formula, as an example
  std::vector<FittedColumn> options;  // beside formula and data
  std::vector<FittedColumn> columns;
  std::vector<FittedColumn> noisy = {};     // under noise, where they are others
  std::vector<FittedColumn> weighted = {};  // with the option `weights`, likewise
};

// All methods, sorted by name.
const std::vector<Signature>& Signatures();
// None for a name that is no method's.
const Signature* FindSignature(std::string_view method);

// The columns that come of a call.
const std::vector<FittedColumn>& ColumnsOf(const Signature& signature, const FitQuestion& question,
                                           bool noisy);
// The type of an argument, by name: text of formula and data, and of what it does not know.
Type ArgumentType(const Signature& signature, std::string_view name);

}  // namespace concordat::sql
