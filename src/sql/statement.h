// One governed statement: a SELECT that holds nothing but what is read (allow.h).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"

namespace pg_query {
class SelectStmt;
}

namespace concordat::sql {

struct Question {
  std::shared_ptr<const pg_query::SelectStmt> select;
  std::string normal;  // the same for the same question, whatever its spacing, case and comments; in hex
};

// Reads one SELECT. Everything else is refused by name: other statements, several statements, constructs that
// are not supported. Refusals: those of tree.h and allow.h; statement_not_supported, several_statements,
// empty_statement.
Outcome<Question> ParseQuestion(std::string_view text);
// Question::normal of a SELECT.
std::string NormalOf(const pg_query::SelectStmt& select);

// The names of the tables that it asks of, as often as it does.
std::vector<std::string> TablesOf(const Question& question);

}  // namespace concordat::sql
