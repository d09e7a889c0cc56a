// The partial likelihood of proportional hazards from sums over intervals of time.
//
// Members add up, for each interval, 1, x and xx' weighted by exp(x'b + offset), and by case weights, over
// the rows at risk at its start (and over its events, for Efron). With case weights the tie correction is
// R's: each of d tied deaths has their mean weight. Sources: Cox, "Regression Models and Life-Tables" (1972);
// Breslow's discussion of it; Efron, "The Efficiency of Cox's Likelihood Function for Censored Data" (1977),
// as Therneau and Grambsch, "Modeling Survival Data" (2000), 3.3 write them.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "base/refusal.h"
#include "survival/cox_intervals.h"

namespace concordat::survival {

struct CoxShape {
  Eigen::Index columns = 0;
  bool efron = true;
  bool weighted = false;  // rows have case weights
  bool entries = false;   // rows enter at times of their own
  std::vector<Intervals> strata;

  std::size_t intervals() const;  // of all strata
  // Numbers of one group of sums (1, x, the lower triangle of xx' by rows); of an interval: a group over rows
  // at risk, for Efron one over its events, and the events' case weights where there are such; of a round:
  // those of all intervals, x and the offset over all events, and with entries Changes.
  std::size_t Group() const;
  std::size_t Interval() const;
  std::size_t Length() const;
  // Where rows enter at times of their own: of each interval, how many rows without an event in it are at
  // risk at its start or at the next one's, but not at both; then of each stratum, how many are not at risk
  // at the first.
  std::size_t Changes() const { return entries ? intervals() + strata.size() : 0; }
};

// One row, already placed.
struct CoxRow {
  Eigen::VectorXd x;  // standardised
  double offset = 0;
  double risk = 1;  // exp(x'b + offset)
  double weight = 1;
};

// Where rows enter at times of their own: neighbouring risk sets, and all rows beside the first, differ by at
// least so many rows, or by none; where they are there from the beginning Join has seen to it. Precondition:
// totals has Length(). Refusals: too_few_rows.
Outcome<void> CheckChanges(const CoxShape& shape, std::span<const double> totals, double least);

// One member's part of a round.
class CoxSums {
 public:
  explicit CoxSums(const CoxShape& shape);

  // A row of a stratum. Nothing of it is summed where it is never at risk.
  void Add(std::size_t stratum, const Spell& spell, const CoxRow& row);
  // After all rows.
  std::vector<double> Take();

 private:
  void AddChanges(std::size_t stratum, const Spell& spell, const std::optional<Intervals::AtRisk>& at);
  std::span<double> At(std::size_t interval);

  const CoxShape& shape_;
  std::vector<std::size_t> first_;  // interval of each stratum
  std::vector<double> numbers_;
};

struct PartialLikelihood {
  double log = 0;
  double events = 0;  // by case weights
  Eigen::VectorXd score;
  Eigen::MatrixXd information;
  // Of each interval of each stratum: the cumulative hazard of a row whose x'b + offset is 0.
  std::vector<std::vector<double>> hazard;
  // Mean and standard deviation of x over all risk sets, weighted.
  Eigen::VectorXd mean, deviation;
};

// At coefficients `beta`. Precondition: totals has Length().
PartialLikelihood Assess(const CoxShape& shape, std::span<const double> totals, const Eigen::VectorXd& beta);

}  // namespace concordat::survival
