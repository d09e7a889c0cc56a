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

// The inverse of a matrix that was given noise of `sigma` in each number of its Isometric, after as much was
// added to its diagonal as the noise may have taken from its smallest eigenvalue (with 95% chance). Source:
// Wang, "Revisiting differentially private linear regression" (2018), Algorithm 2 (AdaSSP).
struct Steadied {
  Eigen::MatrixXd inverse;
  Eigen::MatrixXd matrix;  // with what was added
  double ridge = 0;        // that was added
};
Steadied Steady(const Eigen::MatrixXd& noisy, double sigma);
// The same by raising eigenvalues that are below what noise alone would make of them, and no others; `ridge`
// is the most that any was raised by. For steps: where nothing is known of how a function bends they are
// short.
Steadied Raise(const Eigen::MatrixXd& noisy, double sigma);
// What noise of `sigma` is below, along one direction that was chosen before, with 95% chance.
double Hidden(double sigma);

// Covariance of N g, N symmetric with independent noise of `sigma` in each number of its Isometric.
Eigen::MatrixXd NoiseOfProduct(const Eigen::VectorXd& g, double sigma);

// Refusals: too_few_rows for a noisy count.
Outcome<void> CheckRows(const Rules& rules, double rows);

}  // namespace concordat::learning
