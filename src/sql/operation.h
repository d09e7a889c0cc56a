// Making bound expressions of others: nullability and interval follow from the arguments.
#pragma once

#include <vector>

#include "sql/expr.h"

namespace concordat::sql {

// An operation over bound arguments.
Expr Operation(Op op, Type type, std::vector<Expr> args, bool may_be_null = false);
// `value`, a number, pulled to the nearer end of `range`; NULL stays NULL.
Expr Clipped(Expr value, const Range& range);

}  // namespace concordat::sql
