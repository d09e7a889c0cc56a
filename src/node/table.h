// Tables for people: columns as wide as what they hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "base/result.h"

namespace concordat::node {

// Rows of equal width, the first of them the head. Numbers stand to the right; control characters in a value
// are written as \xNN, so that no value moves a terminal's cursor.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

// How much of a title lists show.
inline constexpr std::size_t kTitleCharacters = 48;

// At most so many characters, the last of them "…" where something was left out.
std::string Shortened(std::string_view text, std::size_t characters);

// A refusal as the command line reports it: exit code 1, reason first.
Error AsError(const Refusal& refusal);

}  // namespace concordat::node
