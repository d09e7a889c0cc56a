// Formulas over a model's inputs, and columns of their model matrix as expressions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "learning/design.h"
#include "sql/expr.h"

namespace concordat::model {

using Columns = std::map<std::string, sql::Expr>;
// `inputs` by their fields' names. Precondition: one for each.
Columns Named(const std::vector<learning::Field>& fields, const std::vector<sql::Expr>& inputs);

// The right side of a formula, of all inputs and nothing else. Errors: kInvalidArgument: none, of another
// kind of model, or with what has no form in SQL (splines).
Result<learning::Design> DesignOf(const std::string& formula, const std::vector<learning::Field>& inputs);

// A piece of a column that is of numbers.
sql::Expr NumberOf(const learning::Design& design, const learning::Design::Piece& piece,
                   const Columns& columns);

}  // namespace concordat::model
