// The partial likelihood of proportional hazards from sums over intervals of time.
//
// Members add up, for each interval, 1, x and xx' weighted by exp(x'b + offset) over the rows that leave in
// it (and over its events, for Efron); risk sets are cumulated from the right after the sum is opened.
// Sources: Cox, "Regression Models and Life-Tables" (1972); Breslow's discussion of it; Efron, "The
// Efficiency of Cox's Likelihood Function for Censored Data" (1977), as Therneau and Grambsch, "Modeling
// Survival Data" (2000), 3.3 write them.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "learning/cox_intervals.h"

namespace concordat::learning {

struct CoxShape {
  Eigen::Index columns = 0;
  bool efron = true;
  std::vector<Intervals> strata;

  // Numbers of one group of sums (1, x, the lower triangle of xx' by rows), and of a round's vector: for each
  // interval a group over its rows, and for Efron one over its events; then x and the offset over all events.
  std::size_t Group() const;
  std::size_t Length() const;
};

// One row, already placed.
struct CoxRow {
  Eigen::VectorXd x;  // standardised
  double offset = 0;
  double weight = 1;  // exp(x'b + offset)
  bool event = false;
};

// Adds a row of the interval, counted over all strata, to a round's vector.
void AddCoxRow(const CoxShape& shape, std::size_t interval, const CoxRow& row, std::span<double> numbers);

struct PartialLikelihood {
  double log = 0;
  Eigen::VectorXd score;
  Eigen::MatrixXd information;
  // Of each interval of each stratum: the cumulative hazard of a row whose x'b + offset is 0.
  std::vector<std::vector<double>> hazard;
  // Mean and standard deviation of x over the rows that were ever at risk, weighted.
  Eigen::VectorXd mean, deviation;
};

// At coefficients `beta`. Precondition: totals has Length().
PartialLikelihood Assess(const CoxShape& shape, std::span<const double> totals, const Eigen::VectorXd& beta);

}  // namespace concordat::learning
