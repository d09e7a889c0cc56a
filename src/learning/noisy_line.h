// A line through all rows from rounds of noisy scores and informations, each at the line that the rounds
// before it led to: least squares over rounds, each by how much it tells.
//
// Where the exact line is beside the one at hand is taken to be a normal law (Kalman's filter over rounds).
// Argument: lm_noisy.proof.md. Pure.
#pragma once

#include <Eigen/Core>

#include "base/json.h"
#include "base/result.h"

namespace concordat::learning {

// What rounds told so far, of standardised columns.
struct Line {
  Eigen::VectorXd beta;
  Eigen::MatrixXd covariance;   // of what the exact line is beside beta; zeros before the first round
  Eigen::MatrixXd information;  // of all rounds, by their shares; zeros before the first
  double known = 0;             // sum of rounds' shares that told of it
};
Line LineAt(const Eigen::VectorXd& beta);
// As part of a state. Errors: kInvalidArgument: not of so many terms, or a coefficient past `most_beta`.
void Put(Json& state, const Line& line);
Result<Line> ReadLine(const Json& state, Eigen::Index terms, double most_beta);

// A round's total numbers and what is wrong with them.
struct ToldOfLine {
  Eigen::VectorXd score;
  Eigen::MatrixXd information;
  double share = 1;  // of the fit
  double score_sigma = 0, information_sigma = 0;
  double beyond = 0;      // what clipping took of all residuals together, about
  bool intercept = true;  // that it is taken of: else of any column
  double rows = 1;
  double deviation = 1;  // of the response
};
struct Followed {
  Line line;
  Eigen::MatrixXd inverse;  // of the information: times residuals' variance, what sampling is
};
Followed Follow(Line line, const ToldOfLine& told);

}  // namespace concordat::learning
