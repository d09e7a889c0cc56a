#include "learning/noisy_line.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/noisy_regression.h"
#include "learning/packing.h"
#include "learning/state.h"

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

void Put(Json& state, const Line& line) {
  state["beta"] = ToJson(line.beta);
  state["covariance"] = ToJson(Triangle(line.covariance));
  state["information"] = ToJson(Triangle(line.information));
  state["known"] = line.known;
}

Result<Line> ReadLine(const Json& state, Eigen::Index terms, double most_beta) {
  const auto square = [&](const char* key) {
    return VectorOf(state, key, TriangleSize(terms), {-1e100, 1e100});
  };
  Line line;
  line.beta = TRY(VectorOf(state, "beta", terms, {-most_beta, most_beta}));
  line.covariance = FromTriangle(TRY(square("covariance")), terms);
  line.information = FromTriangle(TRY(square("information")), terms);
  line.known = TRY(NumberOf(state, "known", {0, 1}));
  return line;
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
