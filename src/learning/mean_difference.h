// What a t-test is asked and how it is shown, whatever protects the sums it comes from.
#pragma once

#include <string>

#include "learning/design.h"
#include "learning/method.h"
#include "learning/options.h"

namespace concordat::learning {

// y ~ group, of two levels, or ~ y, which with paired => z is the mean of y - z.
struct TTestCall {
  Design design;        // an indicator a group
  Scale scale;          // of the response
  double mu = 0;        // the mean, or the difference of means, if nothing is found
  bool pooled = false;  // one variance for both groups
  std::string alternative;
  double level = 0.95;

  Eigen::Index groups() const { return static_cast<Eigen::Index>(design.terms().size()); }
};

// Refusals: those of the options, of ParseFormula and of Design::Bind; formula_not_supported.
Outcome<TTestCall> BindTTest(const Call& call, const Schema& schema);

// The mean or the difference of means.
struct TTestFound {
  double estimate = 0;
  double error = 0;
  double df = 0;
};

std::vector<Output> TTestColumns();
// `centres`: the groups' means.
Fitted ShowTTest(const TTestCall& asked, const Eigen::VectorXd& centres, const TTestFound& found);

}  // namespace concordat::learning
