// Scores of rows that no row makes long: what a row of a generalised linear model adds under noise, but for
// its columns.
//
// Rows are weighted by what is known of them before their response, and responses are clipped less what
// clipping does on average: so where the model holds, scores are 0 on average at the true coefficients,
// whatever the bound is. Sources: Künsch, Stefanski, Carroll, "Conditionally unbiased bounded-influence
// estimation in general regression models" (1989); Cantoni, Ronchetti, "Robust inference for generalized
// linear models" (2001). Argument: glm_noisy.proof.md.
#pragma once

#include "learning/family.h"

namespace concordat::learning {

struct BoundedScore {
  Family family;   // binomial or Poisson's, with its own link
  double top = 1;  // of responses
  // About the most that a row's score is but for its columns: 1/2 to 1 of binomial, up to `top` of Poisson's,
  // where scores are those of maximum likelihood.
  double most = 1;

  struct Parts {
    double score = 0;     // that its columns count by
    double weight = 0;    // that their products do: what the score falls by, on average, as eta grows
    double variance = 0;  // of the score, where the model holds
  };
  Parts Of(double y, double eta) const;
  double MostWeight() const;

 private:
  Parts Poisson(double y, double mu) const;
};

}  // namespace concordat::learning
