// The columns of one variable: itself, its powers, or splines with given knots.
//
// Splines are those of R's package splines, so that its users find their fits again: B-splines by the
// recursion of Cox and de Boor (de Boor, "A Practical Guide to Splines" (1978), chapter X), continued by
// their last polynomial beyond the boundary; natural splines are the B-splines of degree 3 turned by
// Householder's reflections into those whose second derivative is zero at both boundaries (so does
// splines::ns), continued by straight lines.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "learning/expr.h"
#include "learning/formula.h"

namespace concordat::learning {

class Basis {
 public:
  // Precondition: of splines, knots ascend and lie strictly within the boundary.
  Basis(const Variable& variable, Interval boundary);

  Eigen::Index width() const { return width_; }
  // A row a value.
  Eigen::MatrixXd Of(const Eigen::ArrayXd& values) const;

 private:
  Eigen::RowVectorXd Row(double x) const;
  Eigen::RowVectorXd NaturalRow(double x) const;
  // Derivatives of all B-splines of a degree at x; of order 0 their values.
  Eigen::RowVectorXd Splines(double x, int degree, int order) const;

  Variable::Kind kind_;
  int degree_;
  bool whole_;
  Interval boundary_;
  std::vector<double> knots_;  // with those at the ends, degree + 1 times each
  Eigen::MatrixXd natural_;    // from B-splines to natural ones
  Eigen::Index width_ = 1;
};

}  // namespace concordat::learning
