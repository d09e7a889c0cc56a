// A formula bound to declared columns: the model matrix of any member's rows, with R's terms in R's order.
//
// Contrasts are treatment contrasts, with R's rule where an intercept or a margin is absent (Chambers and
// Hastie, "Statistical Models in S" (1992), page 38). The matrix depends on declarations and on one row
// alone, never on other rows, so members' matrices fit together. Held against R's model.matrix by
// test/learning.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/refusal.h"
#include "learning/basis.h"
#include "learning/expr.h"
#include "learning/formula.h"
#include "learning/rows.h"

namespace concordat::learning {

// What a member's rows come to; all of one length. Rows with any used value missing, not finite, or a weight
// below zero are left out.
struct Frame {
  Eigen::MatrixXd x;        // a column a term
  Eigen::VectorXd y;        // the response; empty without one
  Eigen::VectorXd start;    // of Surv(start, time, status), below the response; empty without one
  Eigen::VectorXd status;   // of Surv(time, status): 1 where the event came, else 0; empty without one
  Eigen::VectorXd weights;  // ones without a column of weights; of cbind times trials
  Eigen::VectorXd trials;   // of cbind(successes, failures), whose share of successes y is; empty without
  Eigen::VectorXd offset;   // the sum of offsets; zeros without one
  std::vector<std::size_t> stratum;  // place among Design::strata(); empty without one
  std::vector<std::size_t> group;    // place among Design::groups(); empty without one
  std::vector<std::size_t> places;   // among the rows that were given, ascending

  Eigen::Index size() const { return weights.size(); }
};

// A column x is well conditioned as (x - centre) / half.
struct Scale {
  double centre = 0;
  double half = 1;
};

// Of what is within a range; 0 and 1 without one. Not centred, 0 stays 0.
Scale ScaleOf(const std::optional<Interval>& range, bool centred);

// Threading: any thread; nothing changes after Bind.
class Design {
 public:
  static constexpr std::size_t kMostColumns = 500;  // of the matrix; and strata

  // One factor of a column of the matrix: a column of one variable's own.
  struct Piece {
    std::size_t part = 0;     // the variable's place in formula().variables
    Eigen::Index column = 0;  // a level's place, or a column of its basis
  };
  using Pieces = std::vector<Piece>;

  // `weights` names a column of numbers, or is empty. Refusals: unknown_column, column_not_number,
  // column_not_factor, knots_outside_range, range_needed, too_many_terms.
  static Outcome<Design> Bind(Formula formula, const Schema& schema, const std::string& weights = {});

  const Formula& formula() const { return formula_; }
  // Of each column of the matrix: "(Intercept)", "age", "sexmale", "age:sexmale".
  const std::vector<std::string>& terms() const { return terms_; }
  // Of each column: 0 for the intercept, else one more than the place in formula().terms. R's `assign`.
  const std::vector<std::size_t>& assign() const { return assign_; }
  // Of formula().terms: "age", "sex", "age:sex".
  const std::vector<std::string>& labels() const { return labels_; }
  // Levels of a response that is a factor (y is 0 for the first and 1 for the others, as R's binomial has
  // it), else empty.
  const std::vector<std::string>& response_levels() const { return response_levels_; }
  // Of each stratum: "sex=male, site()=budapest"; and levels of the random intercept's column.
  const std::vector<std::string>& strata() const { return strata_; }
  const std::vector<std::string>& groups() const { return groups_; }

  // Of each column of the matrix: what it is the product of; of the intercept nothing.
  const std::vector<Pieces>& pieces() const { return pieces_; }
  // Is a column of the matrix a product of factors alone, 0 or 1? So is the intercept.
  bool IsIndicator(std::size_t column) const;
  // Of a variable that is a factor; empty for others.
  const std::vector<std::string>& LevelsOf(std::size_t part) const { return parts_[part].levels; }

  // Names of the schema's columns that Of reads, each once, sorted.
  std::vector<std::string> Columns() const;
  // Precondition: `rows` has Columns().
  Frame Of(const Rows& rows) const;
  // Of each column of the matrix, from declared ranges; 0 and 1 where nothing is declared, and for 0/1
  // columns. Centres are 0 without an intercept. The response's, where it is a number.
  const std::vector<Scale>& scales() const { return scales_; }
  Scale response_scale() const { return response_scale_; }
  // Of the response, from declared ranges; of levels 0 to 1; none without one.
  const std::optional<Interval>& response_range() const { return response_range_; }
  // Is everything bounded by what is declared? Refusals: range_needed, naming what is not.
  Outcome<void> CheckBounded() const;
  // Most that a scaled row is in L2 while its values are within what is declared; of splines roughly.
  double LargestRow() const;
  // Columns of `x` scaled.
  Eigen::MatrixXd Scaled(const Eigen::MatrixXd& x) const;
  // T such that coefficients of the matrix are T times those of the scaled one; covariances T V T'.
  Eigen::MatrixXd Unscale() const;

 private:
  // A variable's columns: an indicator a level of a factor, or a basis.
  struct Part {
    std::vector<std::string> levels;  // of a factor
    std::optional<Basis> basis;       // of what is no factor
    std::optional<Interval> range;
    std::string text;
  };
  Design() = default;
  Outcome<void> BindColumns(const Schema& schema);
  Outcome<void> BindResponse(const Schema& schema);
  Outcome<void> BindSurvival(const Schema& schema);
  Outcome<void> BindParts(const Schema& schema);
  Outcome<void> AddTerms();
  Outcome<void> AddTerm(std::size_t term, const std::vector<bool>& whole);
  void AddPiece(std::vector<Pieces>& products, std::size_t part, bool whole) const;
  std::vector<std::vector<bool>> Whole() const;
  std::string NameOf(const Pieces& pieces) const;
  Scale ScaleOfPieces(const Pieces& pieces) const;
  std::optional<Interval> RangeOfPiece(const Piece& piece) const;
  std::vector<Eigen::MatrixXd> PartsOf(const Rows& rows) const;
  Eigen::ArrayXd StrataOf(const Rows& rows) const;
  // What is before ~, a number a row; empty where the formula has no such part.
  struct Response {
    Eigen::ArrayXd y, start, status, trials;
  };
  Response ResponseOf(const Rows& rows) const;

  Formula formula_;
  std::string weights_;
  std::vector<std::string> columns_;
  std::vector<Part> parts_;     // of each variable
  std::vector<Pieces> pieces_;  // of each column of the matrix; the intercept has none
  std::vector<std::size_t> stratum_sizes_;
  std::vector<std::string> terms_, labels_, response_levels_, status_levels_, strata_, groups_;
  std::vector<std::size_t> assign_;
  std::vector<Scale> scales_;
  Scale response_scale_;
  std::optional<Interval> response_range_;
};

}  // namespace concordat::learning
