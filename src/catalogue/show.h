// A product as people see it: what `concordat product show` prints and analysts find in \d+.
#pragma once

#include <string>

#include "catalogue/product.h"

namespace concordat::catalogue {

// One line: range, domain and unit of a column.
std::string DescribeColumn(const Column& column);
// Columns, types, ranges, domains, unit, bounds, budget; nothing of any row.
std::string Show(const Product& product);

}  // namespace concordat::catalogue
