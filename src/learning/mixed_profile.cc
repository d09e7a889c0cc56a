#include "learning/mixed_profile.h"

#include <Eigen/LU>
#include <cmath>

namespace concordat::learning {

RatioSums RatioSums::Zero(Eigen::Index columns) {
  const Eigen::MatrixXd zero = Eigen::MatrixXd::Zero(columns, columns);
  return {.outer = zero, .outer_first = zero, .outer_second = zero};
}

void RatioSums::Add(const GroupSums& group, double ratio) {
  const double n = group.rows;
  const double shrink = 1 / (1 + n * ratio);
  const Eigen::MatrixXd square = group.columns * group.columns.transpose();
  outer += ratio * shrink * square;
  outer_first += shrink * shrink * square;
  outer_second -= 2 * n * shrink * shrink * shrink * square;
  log += std::log1p(n * ratio);
  log_first += n * shrink;
  log_second -= n * n * shrink * shrink;
}

ProfileOutcome ProfileAt(const Eigen::MatrixXd& moments, const RatioSums& sums, double rows, bool reml) {
  const Eigen::Index p = moments.cols() - 1;
  const Eigen::MatrixXd weighted = moments - sums.outer;
  const Eigen::MatrixXd first = -sums.outer_first;
  const Eigen::MatrixXd second = -sums.outer_second;
  NormalEquations equations = Solve(weighted.topLeftCorner(p, p), weighted.col(p).head(p));
  if (!equations.solved) return {.profile = {}, .dependent = std::move(equations.dependent)};
  Profile profile{.coefficients = equations.solved->solution, .inverse = equations.solved->inverse};
  Eigen::VectorXd residual(p + 1);
  residual << -profile.coefficients, 1;
  profile.squares = residual.dot(weighted * residual);
  const Eigen::VectorXd pull = (first * residual).head(p);
  const double squares_first = residual.dot(first * residual);
  const double squares_second = residual.dot(second * residual) - 2 * pull.dot(profile.inverse * pull);
  const double share = squares_first / profile.squares;
  const double df = reml ? rows - static_cast<double>(p) : rows;
  profile.first = sums.log_first + df * share;
  profile.second = sums.log_second + df * (squares_second / profile.squares - share * share);
  if (reml) {
    const Eigen::MatrixXd change = profile.inverse * first.topLeftCorner(p, p);
    profile.first += change.trace();
    profile.second += (profile.inverse * second.topLeftCorner(p, p)).trace() - (change * change).trace();
  }
  profile.log_determinant = -std::log(profile.inverse.determinant());
  return {.profile = std::move(profile), .dependent = {}};
}

}  // namespace concordat::learning
