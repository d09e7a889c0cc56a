// Families of generalised linear models: how a response varies about its mean.
//
// Source: McCullagh and Nelder, "Generalized Linear Models" (1989), chapter 2; where there is a choice
// (starting means, which links, a variance that is estimated), R's `family` and MASS's negative.binomial.
#pragma once

#include <span>
#include <string_view>

#include "base/refusal.h"
#include "learning/link.h"

namespace concordat::learning {

struct Family {
  enum class Kind { kGaussian, kBinomial, kPoisson, kGamma, kInverseGaussian, kNegativeBinomial };
  Kind kind = Kind::kGaussian;
  Link link = Link::kIdentity;
  double theta = 1;  // of kNegativeBinomial: the variance is mu + mu^2 / theta

  // "gaussian", "negative_binomial".
  std::string_view name() const;
  // Whether the dispersion is estimated from the data rather than 1.
  bool estimates_dispersion() const;
};

// Refusals: unknown_family and unknown_link, naming those there are. An empty `link` is the family's own.
Outcome<Family> FamilyNamed(std::string_view family, std::string_view link, double theta);

// Whether the family can have a row with this response, and the link a starting mean for it.
bool IsResponse(const Family& family, double y);
// What the responses must be, for people: "from 0 to 1".
std::string_view Responses(const Family& family);
// A mean that the rounds can start from. Precondition: IsResponse.
double StartingMean(const Family& family, double y, double weight);
// Whether the family has this mean.
bool IsMean(const Family& family, double mu);
// The variance of a response of this mean, but for the dispersion.
double VarianceOf(const Family& family, double mu);
// What a row adds to the deviance. Precondition: IsResponse, IsMean.
double DevianceOf(const Family& family, double y, double mu, double weight);

// What AIC needs of a row beside the deviance, whatever the fit.
double LogTerm(const Family& family, double y, double weight);
// Akaike's criterion from sums over all rows, as R counts it.
struct Criterion {
  double deviance = 0;
  double log_terms = 0;
  double weights = 0;
  double rows = 0;
  double parameters = 0;
};
double AicOf(const Family& family, const Criterion& sums);

}  // namespace concordat::learning
