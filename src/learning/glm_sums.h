// The sums of a round of a generalised linear model, over one member's rows and over all.
//
// Source: McCullagh and Nelder, "Generalized Linear Models" (1989), section 2.5: iteratively reweighted least
// squares. Argument of what the sums reveal: glm.proof.md.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "learning/design.h"
#include "learning/family.h"
#include "learning/glm_state.h"
#include "learning/method.h"
#include "learning/survey.h"

namespace concordat::learning {

// Totals over all members, in the data's own units; columns of the matrix are scaled.
struct GlmTotals {
  // Of the first round.
  std::vector<double> survey;
  double outside = 0;  // rows whose response the family has not
  double log_terms = 0;
  double response = 0;  // sum of weight times response
  double square = 0;    // sum of weight times (working response)^2
  // Of the others.
  double invalid = 0;  // rows that have no mean at the state
  double pearson = 0;  // squared residuals at the state, by the weights of the fit before: R's dispersion
  // Of all.
  double weights = 0;
  double deviance = 0;
  Eigen::MatrixXd information;                                     // X'WX
  Eigen::VectorXd score;                                           // X'Wz
  double null_information = 0, null_score = 0, null_deviance = 0;  // of an intercept alone
};

// Threading: any thread; nothing changes.
class GlmSums {
 public:
  struct Parts {
    Design design;
    Family family;
    Survey survey;
    std::optional<std::pair<double, double>> weight_range;  // as declared
    double shift = 0;                                       // taken from working responses in the first round
  };
  explicit GlmSums(Parts parts);

  const Design& design() const { return parts_.design; }
  const Family& family() const { return parts_.family; }
  const Survey& survey() const { return parts_.survey; }
  double shift() const { return parts_.shift; }
  Eigen::Index columns() const { return static_cast<Eigen::Index>(parts_.design.terms().size()); }

  std::size_t Length(const GlmState& state) const;
  // Errors: kResourceExhausted: numbers leave what a sum can hold.
  Result<Sums> Add(const Rows& rows, const GlmState& state) const;
  // Precondition: Length(state) numbers.
  GlmTotals Read(const GlmState& state, std::span<const double> totals) const;

 private:
  // What a number of a sum is a multiple of, so that sums are neither huge nor lost in rounding.
  struct Units {
    double weight = 1;   // of prior weights
    double working = 1;  // of working weights
    double linear = 1;   // of linear predictors
    double deviance = 1;
  };

  Parts parts_;
  Units units_;
};

}  // namespace concordat::learning
