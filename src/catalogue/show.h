// A product as people see it: what `concordat product show` prints and analysts find in \d+.
#pragma once

#include <string>

#include "base/json.h"
#include "catalogue/life.h"
#include "catalogue/product.h"
#include "catalogue/profile.h"

namespace concordat::catalogue {

// An end of a range as its type has it: "2026-01-01".
std::string RangeEndText(Type type, double end);
// One line: range, domain and unit of a column.
std::string DescribeColumn(const Column& column);
// Columns, types, ranges, domains, unit, bounds, budget, who answers for it, and what is never shown; nothing
// of any row.
std::string Show(const Product& product, const Life& life, Time now);
Json ShowJson(const Product& product, const Life& life, Time now);
// What publishing found, for the steward alone: it tells of rows.
std::string ShowProfile(const Profile& profile);

}  // namespace concordat::catalogue
