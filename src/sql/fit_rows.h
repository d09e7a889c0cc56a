// The rows that a fit reads of one product: the columns that it names and no others.
#pragma once

#include <cstddef>
#include <vector>

#include "sql/generate.h"

namespace concordat::sql {

// Rows of a relation named `source` (generate.h): those columns of the product, by place, each of its
// declared type or NULL. Rows of nobody, and of `left_out`, units that objected, are not among them.
// `by_unit`: a number of the row's unit is one column more, and rows of a unit come together; where each row
// is a unit of its own, so is each row's number.
Statement FitRowsStatement(const catalogue::Product& product, const std::vector<std::size_t>& columns,
                           const Row& left_out, bool by_unit = false);

}  // namespace concordat::sql
