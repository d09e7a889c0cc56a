#include "learning/noisy_line.h"

#include <cmath>

#include "learning/noisy_regression.h"

namespace concordat::learning {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// Variance of predictors before the first round, in those of the response.
constexpr double kPredictors = 3;
constexpr double kLeastTold = 0.1;  // of what noise hides, at which eigenvalues are taken to be at least
constexpr double kForFew = 1.3;     // by which what clipping takes counts: it is foretold by few rows
constexpr double kNever = 1e-8;     // share of sampling's variance below which nothing need be known

// Of a round's score: noise of its own, that of the information by how far the exact line may be, and what
// clipping took.
MatrixXd WrongWith(const ToldOfLine& told, const MatrixXd& before, double sigma) {
  MatrixXd wrong = NoiseOfProduct(before, sigma);
  wrong.diagonal().array() += told.score_sigma * told.score_sigma;
  const double taken = std::pow(kForFew * told.beyond, 2);
  if (told.intercept) {
    wrong(0, 0) += taken;
  } else {
    wrong.diagonal().array() += taken;
  }
  return wrong;
}

}  // namespace

Line LineAt(const VectorXd& beta) {
  const MatrixXd none = MatrixXd::Zero(beta.size(), beta.size());
  return {.beta = beta, .covariance = none, .information = none};
}

Followed Follow(Line line, const ToldOfLine& told) {
  const double known = line.known + told.share, square = told.deviation * told.deviation;
  line.information = (line.known * line.information + told.share * told.information) / known;
  const double sigma = told.information_sigma * std::sqrt(told.share / known);
  const MatrixXd heeded = InverseOfTold(line.information, sigma, kLeastTold);
  if (line.known == 0) line.covariance = kPredictors * square * told.rows * heeded;
  line.known = known;
  const MatrixXd& before = line.covariance;
  const MatrixXd error = Symmetric(heeded * WrongWith(told, before, sigma) * heeded);
  const MatrixXd gain = before * InverseOf(before + error);
  const MatrixXd inverse = InverseRaised(line.information, sigma);
  line.beta += gain * (heeded * told.score);
  line.covariance = Symmetric(before - gain * before) + kNever * square * inverse;
  return {.line = line, .inverse = inverse};
}

}  // namespace concordat::learning
