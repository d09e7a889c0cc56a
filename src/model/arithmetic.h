// Expressions over numbers, each as a bound one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "learning/formula.h"
#include "learning/rows.h"
#include "sql/expr.h"

namespace concordat::model {

sql::Expr Constant(double number);
// An operation over numbers; where its interval is open it may give no number, which is NULL.
sql::Expr Compute(sql::Op op, std::vector<sql::Expr> args);
// The sum, in pairs, so that no long sum is deep. Of nothing 0.
sql::Expr SumOf(std::vector<sql::Expr> parts);
// `chosen[i]` where `text` is `levels[i]`; NULL where it is none of them, or NULL. One for each level.
sql::Expr Choose(const sql::Expr& text, const std::vector<std::string>& levels,
                 std::vector<sql::Expr> chosen);
// `score` where all inputs are known, and levels are among those that there are; else NULL.
sql::Expr WhereKnown(const std::vector<learning::Field>& fields, const std::vector<sql::Expr>& inputs,
                     sql::Expr score);

// Arithmetic of a formula, over columns by their names. Precondition: all are there, and numbers.
sql::Expr Arithmetic(const learning::Expr& expr, const std::map<std::string, sql::Expr>& columns);

}  // namespace concordat::model
