// A scope of one table for tests of questions: people, each of at most 4 rows, with a column of every type.
#pragma once

#include "sql/bind.h"

namespace concordat::sql {

Scope PeopleScope();
// Parses and binds under PeopleScope.
Outcome<Query> BindText(const std::string& text);

}  // namespace concordat::sql
