// Interval arithmetic: where a value lies, whatever the row, given that columns are clipped to their ranges
// at the scan.
//
// Sound: the interval of every expression holds every value that the engine's arithmetic can give, rounding
// included (ends are widened by one part in 2^40). Integers whose interval leaves 63 bits have none.
#pragma once

#include <optional>

#include "sql/expr.h"

namespace concordat::sql {

Range PointRange(double point);
// Of a numeric operation, from the intervals of its arguments; none where it is not bounded.
std::optional<Range> RangeOf(const Expr& expr);
std::optional<Range> CastRange(const Expr& from, Type to);
// The smallest interval around both; none if either is none.
std::optional<Range> Hull(const std::optional<Range>& a, const std::optional<Range>& b);

}  // namespace concordat::sql
