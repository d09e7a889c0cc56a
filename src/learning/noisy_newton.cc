#include "learning/noisy_newton.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "learning/noisy_regression.h"

namespace concordat::learning {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// Of the sum over columns of coefficients' variances before the first round.
constexpr double kAtFirst = 8;
// Squared share by which the slope of a score between two points is off where predictors are 1 apart: means'
// slopes change by no more than themselves.
constexpr double kBend = 0.25;
constexpr double kTellsOf = 0.01;  // of what noise hides, at which eigenvalues are taken to be at least
constexpr double kFurthest = 2;    // that a step goes, in standard deviations of predictors
constexpr double kNearest = 1e-6;  // share of the sampling variance below which nothing need be known

double VarianceAtFirst(const Belief& belief) { return kAtFirst / static_cast<double>(belief.beta.size()); }

MatrixXd Within(const MatrixXd& symmetric, double low, double high) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric);
  const VectorXd values = solver.eigenvalues().cwiseMax(low).cwiseMin(high);
  return solver.eigenvectors() * values.asDiagonal() * solver.eigenvectors().transpose();
}

// Informations of rounds so far and of this one, earlier ones by how near they are: a step of predictors by d
// changes an information by about d / 2 of itself, which is held against what noise does to it.
Belief Pooled(Belief belief, const Told& told) {
  const auto terms = static_cast<double>(belief.beta.size());
  const double each = std::max(told.information.trace() / terms, told.information_sigma);
  const double noise = 2 * terms * std::pow(told.information_sigma / std::max(each, 1e-300), 2);
  const double near = noise > 0 ? noise / (noise + belief.stepped / 4) : 0;
  const double before = near * belief.known, known = before + told.share;
  belief.information = (before * belief.information + told.share * told.information) / known;
  belief.variance = (before * belief.variance + told.share * told.variance) / known;
  belief.known = std::min(known, 1.0);
  return belief;
}

// Of a step of Newton's about where the exact fit is: the score's noise, the information's by how far the fit
// may be, and the bend of what is between.
MatrixXd ErrorOf(const MatrixXd& before, const MatrixXd& inverse, double score_sigma, double sigma) {
  MatrixXd noise = NoiseOfProduct(before, sigma);
  noise.diagonal().array() += score_sigma * score_sigma;
  return Symmetric(inverse * noise * inverse) + std::min(1.0, kBend * before.trace()) * before;
}

struct Pace {
  MatrixXd gain;
  VectorXd whole;  // that the gain leads to
  VectorXd taken;
};
Pace PaceOf(const MatrixXd& before, const MatrixXd& error, const VectorXd& newton) {
  const MatrixXd gain = before * InverseOf(before + error);
  const VectorXd whole = gain * newton;
  return {.gain = gain,
          .whole = whole,
          .taken = whole * std::min(1.0, kFurthest / std::max(whole.norm(), 1e-300))};
}

// The variance of scores next to the information: 1 of maximum likelihood, below where rows are weighted.
double Dispersion(const Belief& belief, const Told& told, double lessened) {
  const auto terms = static_cast<double>(belief.beta.size());
  const double information =
      std::max(belief.information.trace(), told.information_sigma * lessened * std::sqrt(terms));
  const double variance = belief.variance + told.variance_sigma * lessened;
  return std::clamp(variance / std::max(information, 1e-300), 0.1, 1.0);
}

}  // namespace

Belief BeliefAt(const VectorXd& beta) {
  Belief belief{LineAt(beta)};
  belief.covariance = VarianceAtFirst(belief) * MatrixXd::Identity(beta.size(), beta.size());
  return belief;
}

Moved Move(const Belief& belief, const Told& told) {
  Belief next = Pooled(belief, told);
  const double lessened = std::sqrt(told.share / next.known);
  const double sigma = told.information_sigma * lessened;
  const MatrixXd inverse = InverseRaised(next.information, sigma);
  const MatrixXd& before = belief.covariance;
  const MatrixXd heeded = InverseOfTold(next.information, sigma, kTellsOf);
  const Pace step = PaceOf(before, ErrorOf(before, heeded, told.score_sigma, sigma), heeded * told.score);
  next.beta += step.taken;
  next.stepped = step.taken.squaredNorm();
  // What is left may be as far again.
  next.covariance =
      Symmetric(before - step.gain * before) + step.whole * step.whole.transpose() + kNearest * inverse;
  const MatrixXd follows = Within(
      MatrixXd::Identity(before.rows(), before.rows()) - next.covariance / VarianceAtFirst(belief), 0, 1);
  const MatrixXd sampling = follows * inverse * follows * Dispersion(next, told, lessened);
  const double pulled = 1 - follows.trace() / static_cast<double>(before.rows());
  return {.belief = next, .covariance = sampling + next.covariance, .pulled = pulled};
}

}  // namespace concordat::learning
