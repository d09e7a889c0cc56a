// What linear and generalised linear models under noise share: rows bounded by declared ranges, sums of
// squares as vectors that noise treats alike in every direction, and solving with a noisy matrix.
//
// Arguments: lm_noisy.proof.md, glm_noisy.proof.md.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "learning/clip.h"
#include "learning/coefficient_table.h"
#include "learning/design.h"
#include "learning/method.h"
#include "learning/options.h"

namespace concordat::learning {

struct NoisyRegression {
  Call call;
  Json columns;  // that the model reads, as declared
  Rules rules;
  Design design;
  double largest = 1;         // most that a scaled row is, in L2
  double rows_of_a_unit = 1;  // that count in full
  double level = 0.95;
};

// Reads the formula and the options level and rows_of_a_unit. Refusals: those of ParseFormula, Design::Bind
// and Options; range_needed; response_missing; formula_not_supported for weights, strata, survival and random
// intercepts.
Outcome<NoisyRegression> BindNoisyRegression(const Call& call, const Schema& schema, const Rules& rules,
                                             Options& options);

// The row of a frame in memory of its own, so that what is computed of it does not depend on its place.
Eigen::VectorXd RowOf(const Eigen::MatrixXd& x, std::size_t row);

// The upper triangle of a symmetric matrix, row by row, as long in L2 as the matrix is: what is off the
// diagonal times sqrt(2). And back.
Eigen::VectorXd Isometric(const Eigen::MatrixXd& symmetric);
Eigen::MatrixXd FromIsometric(const Eigen::VectorXd& triangle, Eigen::Index columns);

// The inverse of a matrix that was given noise of `sigma` in each number of its Isometric, after eigenvalues
// below what noise alone would make of them were raised to that, and no others.
Eigen::MatrixXd InverseRaised(const Eigen::MatrixXd& noisy, double sigma);
// The inverse of as much of it as noise does not hide: what is below that is taken to be less than it is, by
// its own share of it but no less than `least` times, so that a score tells little there.
Eigen::MatrixXd InverseOfTold(const Eigen::MatrixXd& noisy, double sigma, double least);
// Of symmetric matrices without negative eigenvalues, up to rounding.
Eigen::MatrixXd InverseOf(const Eigen::MatrixXd& symmetric);
Eigen::MatrixXd Symmetric(const Eigen::MatrixXd& matrix);
// What noise of `sigma` is below, along one direction that was chosen before, with 95% chance.
double Hidden(double sigma);

// Covariance of N g, N symmetric with independent noise of `sigma` in each number of its Isometric, where g
// is of that covariance about 0.
Eigen::MatrixXd NoiseOfProduct(const Eigen::MatrixXd& covariance, double sigma);

// Refusals: too_few_rows for a noisy count.
Outcome<void> CheckRows(const Rules& rules, double rows);

}  // namespace concordat::learning
