// The part of a statement's text that is the question inside it, found by PostgreSQL's own scanner, so that
// positions in it stay positions in what the analyst wrote.
#pragma once

#include <string>
#include <string_view>

#include "pgwire/command.h"

namespace concordat::pgwire {

// Precondition of all: the parser took `text` as a statement of that kind.
Inquiry SliceExplained(const std::string& text);
// What COPY's parentheses hold.
Inquiry SliceCopied(const std::string& text);
// What comes after the first `keyword` outside parentheses that follows `first` (or the start, if that is
// empty).
Inquiry SliceAfter(const std::string& text, std::string_view keyword, std::string_view first);
// In capitals, past comments: "INSERT".
std::string FirstWord(const std::string& text);

}  // namespace concordat::pgwire
