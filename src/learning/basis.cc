#include "learning/basis.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace concordat::learning {
namespace {

std::vector<double> AllKnots(const Variable& variable, Interval boundary) {
  const auto ends = static_cast<std::size_t>(variable.degree) + 1;
  std::vector<double> knots(ends, boundary.first);
  knots.insert(knots.end(), variable.knots.begin(), variable.knots.end());
  knots.insert(knots.end(), ends, boundary.second);
  return knots;
}

}  // namespace

Basis::Basis(const Variable& variable, Interval boundary)
    : kind_(variable.kind), degree_(variable.degree), whole_(variable.whole), boundary_(boundary) {
  if (kind_ == Variable::Kind::kPoly) width_ = degree_;
  if (kind_ == Variable::Kind::kPlain || kind_ == Variable::Kind::kPoly) return;
  knots_ = AllKnots(variable, boundary);
  const Eigen::Index dropped = whole_ ? 0 : 1;
  width_ = static_cast<Eigen::Index>(knots_.size()) - degree_ - 1 - dropped;
  if (kind_ != Variable::Kind::kNaturalSpline) return;
  Eigen::MatrixXd bent(width_, 2);  // second derivatives at the boundaries
  bent.col(0) = Splines(boundary.first, degree_, 2).tail(width_).transpose();
  bent.col(1) = Splines(boundary.second, degree_, 2).tail(width_).transpose();
  const Eigen::MatrixXd turned = Eigen::HouseholderQR<Eigen::MatrixXd>(bent).householderQ();
  width_ -= 2;
  natural_ = turned.rightCols(width_);
}

Eigen::RowVectorXd Basis::Splines(double x, int degree, int order) const {
  const auto& t = knots_;
  const auto size = static_cast<Eigen::Index>(t.size()) - degree - 1;
  Eigen::RowVectorXd all = Eigen::RowVectorXd::Zero(size);
  const auto knot = [&](Eigen::Index i) { return t[static_cast<std::size_t>(i)]; };
  if (order > 0) {
    const Eigen::RowVectorXd lower = Splines(x, degree - 1, order - 1);
    for (Eigen::Index i = 0; i < size; ++i) {
      const double left = knot(i + degree) - knot(i);
      const double right = knot(i + degree + 1) - knot(i + 1);
      all[i] = degree * ((left > 0 ? lower[i] / left : 0) - (right > 0 ? lower[i + 1] / right : 0));
    }
    return all;
  }
  // The interval that x is in, or the last one on its side; the recursion goes on as a polynomial beyond it.
  const auto above = std::upper_bound(t.begin() + degree_ + 1, t.end() - degree_ - 1, x);
  const Eigen::Index span = above - t.begin() - 1;
  all[span] = 1;
  for (int d = 1; d <= degree; ++d) {
    for (Eigen::Index i = span - d; i <= span; ++i) {
      const double rising = i > span - d ? (x - knot(i)) / (knot(i + d) - knot(i)) * all[i] : 0;
      const double falling =
          i < span ? (knot(i + d + 1) - x) / (knot(i + d + 1) - knot(i + 1)) * all[i + 1] : 0;
      all[i] = rising + falling;
    }
  }
  return all;
}

Eigen::RowVectorXd Basis::NaturalRow(double x) const {
  const double end = std::clamp(x, boundary_.first, boundary_.second);
  Eigen::RowVectorXd splines = Splines(end, degree_, 0);
  if (x != end) splines += (x - end) * Splines(end, degree_, 1);
  return splines.tail(natural_.rows()) * natural_;
}

Eigen::RowVectorXd Basis::Row(double x) const {
  switch (kind_) {
    case Variable::Kind::kBSpline:
      return Splines(x, degree_, 0).tail(width_);
    case Variable::Kind::kNaturalSpline:
      return NaturalRow(x);
    default:
      break;
  }
  Eigen::RowVectorXd powers(width_);
  for (Eigen::Index i = 0; i < width_; ++i) powers[i] = std::pow(x, static_cast<double>(i + 1));
  return powers;
}

Eigen::MatrixXd Basis::Of(const Eigen::ArrayXd& values) const {
  if (kind_ == Variable::Kind::kPlain) return values;
  Eigen::MatrixXd all(values.size(), width_);
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) {
      all.row(i) = Row(values[i]);
    } else {
      all.row(i).setConstant(NAN);
    }
  }
  return all;
}

}  // namespace concordat::learning
