// Making bound expressions of others: nullability and interval follow from the arguments.
#pragma once

#include <functional>
#include <vector>

#include "sql/expr.h"

namespace concordat::sql {

// An operation over bound arguments.
Expr Operation(Op op, Type type, std::vector<Expr> args, bool may_be_null = false);
// `value`, a number, pulled to the nearer end of `range`; NULL stays NULL.
Expr Clipped(Expr value, const Range& range);

// What `compute` makes of the definitions, each of which it is handed a name of. What it makes may use these
// names, and through other definitions alone anything else that has a name.
Expr Let(std::vector<Expr> definitions, const std::function<Expr(const std::vector<Expr>& names)>& compute);

}  // namespace concordat::sql
