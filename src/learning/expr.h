// What arithmetic of a formula comes to: values over rows, and the range that declared ranges leave.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "learning/formula.h"
#include "learning/rows.h"

namespace concordat::learning {

using Interval = std::pair<double, double>;

// Names of the columns within, added to `names`.
void AddColumns(const Expr& expr, std::set<std::string>& names);

// Is it a column that is declared with levels?
bool IsFactor(const Expr& expr, const Schema& schema);
bool IsFactor(const Variable& variable, const Schema& schema);

// One value a row, as R computes it; not finite where a value is missing or there is none. Precondition:
// `rows` has all columns.
Eigen::ArrayXd Values(const Expr& expr, const Rows& rows);

// Both ends included; nothing where a range is not declared, or has no finite ends. May be wider than need
// be.
std::optional<Interval> RangeOf(const Expr& expr, const Schema& schema);
std::optional<Interval> Product(std::optional<Interval> a, std::optional<Interval> b);
std::optional<Interval> Power(std::optional<Interval> base, double exponent);

}  // namespace concordat::learning
