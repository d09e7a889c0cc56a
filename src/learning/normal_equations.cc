#include "learning/normal_equations.h"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <cmath>

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kLeast = 1e-11;
// A share of another column's unit that is no rounding.
constexpr double kShare = 1e-5;

struct Factor {
  MatrixXd lower;  // of as many columns as are independent
  std::optional<Index> dependent;
};

// Precondition: a unit diagonal, or 0 where nothing was there.
Factor Decompose(const MatrixXd& a) {
  Factor factor{.lower = MatrixXd::Zero(a.rows(), a.cols()), .dependent = {}};
  MatrixXd& lower = factor.lower;
  for (Index j = 0; j < a.cols(); ++j) {
    for (Index k = 0; k < j; ++k) {
      lower(j, k) = (a(j, k) - lower.row(j).head(k).dot(lower.row(k).head(k))) / lower(k, k);
    }
    const double left = a(j, j) - lower.row(j).head(j).squaredNorm();
    if (!(left > kLeast)) {
      factor.dependent = j;
      return factor;
    }
    lower(j, j) = std::sqrt(left);
  }
  return factor;
}

Dependent DependentOf(const Factor& factor) {
  Dependent dependent{.column = *factor.dependent, .of = {}};
  const Index j = dependent.column;
  const VectorXd shares = factor.lower.topLeftCorner(j, j).transpose().triangularView<Eigen::Upper>().solve(
      factor.lower.row(j).head(j).transpose());
  for (Index k = 0; k < j; ++k)
    if (std::abs(shares[k]) > kShare) dependent.of.push_back(k);
  return dependent;
}

}  // namespace

NormalEquations Solve(const MatrixXd& a, const VectorXd& c) {
  const VectorXd unit = a.diagonal().unaryExpr([](double d) { return d > 0 ? 1 / std::sqrt(d) : 0; });
  const Factor factor = Decompose(unit.asDiagonal() * a * unit.asDiagonal());
  if (factor.dependent) return {.solved = {}, .dependent = DependentOf(factor)};
  const auto lower = factor.lower.triangularView<Eigen::Lower>();
  const MatrixXd half = lower.solve(MatrixXd(unit.asDiagonal()));
  const VectorXd right = lower.solve(unit.cwiseProduct(c));
  return {.solved = Solved{half.transpose() * right, half.transpose() * half}, .dependent = {}};
}

tl::unexpected<Refusal> RefuseCollinear(const Dependent& dependent, const std::vector<std::string>& terms) {
  std::vector<std::string> others;
  for (const Index column : dependent.of) others.push_back(terms[static_cast<std::size_t>(column)]);
  const std::string& term = terms[static_cast<std::size_t>(dependent.column)];
  if (others.empty())
    return Refuse("collinear", fmt::format("{} is 0 in every row that counts", term), "leave it out",
                  "22023");
  return Refuse("collinear", fmt::format("{} follows from {}", term, fmt::join(others, ", ")),
                fmt::format("leave {} out, or one of the others", term), "22023");
}

}  // namespace concordat::learning
