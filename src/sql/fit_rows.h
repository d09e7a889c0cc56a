// The rows that a fit reads of one product: the columns that it names and no others.
#pragma once

#include <cstddef>
#include <vector>

#include "sql/generate.h"

namespace concordat::sql {

// Rows of a relation named `source` (generate.h): those columns of the product, by place, each of its
// declared type or NULL. Rows of nobody, and of `left_out`, units that objected, are not among them.
Statement FitRowsStatement(const catalogue::Product& product, const std::vector<std::size_t>& columns,
                           const Row& left_out);

}  // namespace concordat::sql
