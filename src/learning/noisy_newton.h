// Newton's steps from noisy scores and informations: each goes as far as noise lets it be told where the
// exact fit is, and what all rounds told is kept, so that none is spent for the last one alone.
//
// Where the exact fit is from the coefficients at hand is taken to be a normal law of mean 0 (Kalman's filter
// over rounds). Source: Avella-Medina, Bradshaw, Loh, "Differentially private inference via noisy
// optimization" (2023) for noisy steps of Newton; argument: glm_noisy.proof.md.
#pragma once

#include <Eigen/Core>

#include "learning/noisy_line.h"

namespace concordat::learning {

// What rounds told so far, of standardised columns: as of a line, the information of those rounds that were
// near, and `known` the shares that it has the noise of.
struct Belief : Line {
  double variance = 0;  // trace of that of scores, likewise
  double stepped = 0;   // length of the last step, squared
};

// Nothing known but that predictors may well vary by e^(+-3).
Belief BeliefAt(const Eigen::VectorXd& beta);

// A round's total numbers and the deviations of their noise.
struct Told {
  Eigen::VectorXd score;
  Eigen::MatrixXd information;
  double variance = 0;
  double share = 1;  // of the fit
  double score_sigma = 0, information_sigma = 0, variance_sigma = 0;
};

struct Moved {
  Belief belief;
  Eigen::MatrixXd covariance;  // of its beta, about what a law has of which rows are drawn
  double pulled = 0;           // share of where the fit started that is still in it: 0 without noise
};
Moved Move(const Belief& belief, const Told& told);

}  // namespace concordat::learning
