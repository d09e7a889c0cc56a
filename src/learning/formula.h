// R's language of model formulas, read into plain values. No data, no schema: design.h binds it.
//
// Source: Wilkinson and Rogers, "Symbolic Description of Factorial Models for Analysis of Variance" (1973),
// as R's `formula`, `terms` and `splines` pages describe it. Page: docs/statistics.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/refusal.h"

namespace concordat::learning {

// Arithmetic of one row: "age", "log(age + 1)". The column named kSite is the row's member.
struct Expr {
  enum class Kind { kNumber, kColumn, kApply };
  Kind kind = Kind::kNumber;
  double number = 0;
  std::string name;  // a column's; or of what is applied: + - * / ^ ( log log2 log10 log1p exp expm1 sqrt abs
  std::vector<Expr> of;  // one or two, of kApply
  bool operator==(const Expr&) const = default;
};

// One variable of a formula: a column, arithmetic, or a basis with several columns.
struct Variable {
  enum class Kind { kPlain, kPoly, kBSpline, kNaturalSpline };
  Kind kind = Kind::kPlain;
  Expr of;                                            // what the basis is of; of kPlain the value itself
  int degree = 1;                                     // of kPoly and kBSpline
  std::vector<double> knots;                          // inner ones, ascending
  std::optional<std::pair<double, double>> boundary;  // knots at the ends; absent, a declared range's
  bool whole = false;                                 // a spline's intercept = TRUE: no column is dropped
  std::string text;                                   // as R writes it: "poly(age, 2, raw = TRUE)"
  bool operator==(const Variable&) const = default;
};

struct Formula {
  std::optional<Variable> response;  // of Surv(start, time, status) the time; of cbind the successes
  std::optional<Expr> start;         // of Surv(start, time, status)
  std::optional<Expr> status;        // of Surv(time, status) and Surv(start, time, status)
  std::optional<Expr> failures;      // of cbind(successes, failures)
  std::vector<Variable> variables;   // of the right side, each once, in the order in which they appear
  // Products of variables, each by ascending places; main effects first, then by the number of variables, and
  // among equals in the order in which they appear: R's order.
  std::vector<std::vector<std::size_t>> terms;
  bool intercept = true;
  std::vector<Expr> offsets;
  std::vector<std::string> strata;      // columns of strata(a, b)
  std::optional<std::string> grouping;  // of (1 | column): a random intercept for each of its levels
  bool operator==(const Formula&) const = default;
};

// Reads "y ~ a * b", "~ a + b" or "a + b"; before ~ also Surv(…) and cbind(…). Time grows as the text and the
// terms, both limited. Refusals: formula_syntax, with the byte's position and what to write instead;
// formula_too_large.
Outcome<Formula> ParseFormula(std::string_view text);

// The formula in its normal form, which reads as itself again: "y ~ a + b + a:b".
std::string ToText(const Formula& formula);
// A number, arithmetic, a column's name and a term as R's deparse writes them: "1e+05", "log(age + 1)",
// "`blood pressure`", "age:sex".
std::string NumberText(double number);
std::string ToText(const Expr& expr);
std::string NameText(std::string_view name);
std::string LabelOf(const Formula& formula, const std::vector<std::size_t>& term);

}  // namespace concordat::learning
