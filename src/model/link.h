// Inverse links as expressions.
#pragma once

#include "base/result.h"
#include "learning/link.h"
#include "sql/expr.h"

namespace concordat::model {

// Errors: kInvalidArgument for a link whose inverse no engine has (probit).
Result<void> CheckLink(learning::Link link);
// The mean of a linear predictor. Precondition: CheckLink.
sql::Expr MeanOf(learning::Link link, sql::Expr linear);

}  // namespace concordat::model
