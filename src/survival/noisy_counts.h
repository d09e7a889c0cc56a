// Counts of survival under noise: how many are at risk and how many die, step by step of a grid that is of
// declarations alone, group by group. One round; what Kaplan-Meier's curves and the log-rank test rest on.
//
// Deaths and those who leave without one are measured so that sums to the end have little noise
// (suffix_sums.h), made to fall in time, and read as counts. Source of counting by a grid under noise:
// Gondara and Wang, "Differentially Private Survival Function Estimation" (2020). Argument:
// noisy_kaplan_meier.proof.md.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "learning/method.h"
#include "survival/event_counts.h"
#include "survival/suffix_sums.h"

namespace concordat::survival {

// Of one group, by step. Neither at_risk nor the sums of events to the end ever rise.
struct NoisyCounts {
  Eigen::VectorXd at_risk;  // before the step
  Eigen::VectorXd events;   // within it
  Eigen::Index told = 0;    // steps after which more are at risk than noise makes of none; 0 of a small group
};

class NoisyEvents {
 public:
  static constexpr int kMostSteps = 400;

  // Surv(time, status) ~ groups over `steps` equal steps of the declared range. Refusals: those of
  // BindEventGroups.
  static Outcome<NoisyEvents> Bind(const learning::Call& call, const learning::Schema& schema,
                                   const learning::Rules& rules, int steps);

  const EventGroups& groups() const { return groups_; }
  const SuffixSums& sums() const { return sums_; }
  Eigen::Index steps() const { return sums_.size(); }
  // The end of a step, in the time's own units: what happened until then is counted.
  double End(Eigen::Index step) const { return low_ + width_ * static_cast<double>(step + 1); }

  std::size_t length() const;
  // Sensitivity: |f| of SuffixSums.
  double bound() const { return sums_.norm(); }
  std::vector<Int128> Add(const learning::UnitRows& rows, std::uint64_t steps) const;
  // Precondition: `totals` are length() numbers.
  std::vector<NoisyCounts> Read(std::span<const double> totals, double sigma) const;

 private:
  NoisyEvents(EventGroups groups, std::pair<double, double> range, double least, int steps);
  Eigen::Index StepOf(double time) const;

  EventGroups groups_;
  SuffixSums sums_;
  double low_, width_;
  double least_;  // rows of a group that is told, noise included
};

// A method whose one round is such counts.
class NoisyEventsMethod : public learning::NoisyMethod {
 public:
  explicit NoisyEventsMethod(NoisyEvents events) : events_(std::move(events)) {}

  std::vector<std::string> Columns() const final { return events_.groups().design.Columns(); }
  Json Start() const final { return Json{{"round", 0}}; }
  Result<std::size_t> Length(const Json& state) const final;
  Result<learning::NoisyRound> Round(const Json& state) const final;
  Result<std::vector<Int128>> Add(const learning::UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const final;
  Outcome<learning::Step> Next(const Json& state, std::span<const double> totals, double sigma) const final;

 protected:
  const NoisyEvents& events() const { return events_; }

 private:
  // What is shown of the counts. Refusals: noise_too_large where it is nothing.
  virtual Outcome<learning::Fitted> TableOf(const std::vector<NoisyCounts>& counts, double sigma) const = 0;

  NoisyEvents events_;
};

}  // namespace concordat::survival
