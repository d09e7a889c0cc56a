// Tables for people: columns as wide as what they hold.
#pragma once

#include <string>
#include <vector>

#include "base/refusal.h"
#include "base/result.h"

namespace concordat::node {

// Rows of equal width, the first of them the head. Numbers stand to the right.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

// A refusal as the command line reports it: exit code 1, reason first.
Error AsError(const Refusal& refusal);

}  // namespace concordat::node
