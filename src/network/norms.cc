#include "network/norms.h"

#include <cmath>

namespace concordat::network {
namespace {

// |sum_t b_t a_t'|^2 = sum_{s,t} (a_s . a_t)(b_s . b_t): of one place the product of two norms.
double SquareOf(const Factors& factors, Index lane, Index lanes) {
  if (factors.places == 1)
    return factors.left.col(lane).squaredNorm() * factors.right.col(lane).squaredNorm();
  const auto places = Eigen::seqN(lane, factors.places, lanes);
  const Lanes left = factors.left(Eigen::all, places), right = factors.right(Eigen::all, places);
  if (factors.places * (left.rows() + right.rows()) < left.rows() * right.rows())
    return (left.transpose() * left).cwiseProduct(right.transpose() * right).sum();
  return (right * left.transpose()).squaredNorm();
}

}  // namespace

Eigen::VectorXd NormsOf(const std::vector<Factors>& factors, Index lanes) {
  Eigen::VectorXd norms = Eigen::VectorXd::Zero(lanes);
  for (const Factors& each : factors)
    for (Index i = 0; i < lanes; ++i) norms[i] += SquareOf(each, i, lanes);
  return norms.cwiseMax(0).cwiseSqrt();
}

}  // namespace concordat::network
