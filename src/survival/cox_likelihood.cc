#include "survival/cox_likelihood.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace concordat::survival {
namespace {

// Sums of 1, x and xx' over some rows, weighted.
struct Moments {
  double count = 0;
  Eigen::VectorXd first;
  Eigen::MatrixXd second;

  explicit Moments(Eigen::Index columns)
      : first(Eigen::VectorXd::Zero(columns)), second(Eigen::MatrixXd::Zero(columns, columns)) {}

  void Add(std::span<const double> group) {
    const double* next = group.data();
    count += *next++;
    for (double& value : first) value += *next++;
    for (Eigen::Index i = 0; i < first.size(); ++i)
      for (Eigen::Index j = 0; j <= i; ++j) {
        second(i, j) += *next;
        if (i != j) second(j, i) += *next;
        ++next;
      }
  }
};

// `times` deaths at risk among `risk` less a share of `tied`. Returns the hazard's increase.
double Contribute(const Moments& risk, const Moments& tied, double share, double times,
                  PartialLikelihood* sum) {
  const double count = risk.count - share * tied.count;
  const Eigen::VectorXd mean = (risk.first - share * tied.first) / count;
  sum->log -= times * std::log(count);
  sum->score -= times * mean;
  sum->information += times * ((risk.second - share * tied.second) / count - mean * mean.transpose());
  return times / count;
}

// What `died` events of an interval, of so much weight in all, add. Returns the hazard's increase.
struct Ties {
  double died = 0;
  double weight = 0;
};

double AddInterval(bool efron, Ties ties, const Moments& risk, const Moments& tied, PartialLikelihood* sum) {
  sum->events += ties.weight;
  if (!efron) return Contribute(risk, tied, 0, ties.weight, sum);
  double hazard = 0;
  for (double before = 0; before < ties.died; ++before)
    hazard += Contribute(risk, tied, before / ties.died, ties.weight / ties.died, sum);
  return hazard;
}

// Adds 1, x and xx' times `weight`.
void AddGroup(const CoxRow& row, double weight, std::span<double> group) {
  double* next = group.data();
  *next++ += weight;
  for (const double x : row.x) *next++ += weight * x;
  for (Eigen::Index i = 0; i < row.x.size(); ++i)
    for (Eigen::Index j = 0; j <= i; ++j) *next++ += weight * row.x[i] * row.x[j];
}

}  // namespace

std::size_t CoxShape::intervals() const {
  std::size_t all = 0;
  for (const Intervals& each : strata) all += each.size();
  return all;
}

std::size_t CoxShape::Group() const {
  const auto p = static_cast<std::size_t>(columns);
  return 1 + p + p * (p + 1) / 2;
}

std::size_t CoxShape::Interval() const { return Group() * (efron ? 2 : 1) + (weighted ? 1 : 0); }

std::size_t CoxShape::Length() const {
  return intervals() * Interval() + static_cast<std::size_t>(columns) + 1 + Changes();
}

Outcome<void> CheckChanges(const CoxShape& shape, std::span<const double> totals, double least) {
  const std::span<const double> changes = totals.last(shape.Changes());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const double rows = std::round(changes[i]);
    // By Breslow's formula neighbouring risk sets differ by the events, too.
    const bool differs = i >= shape.intervals() || shape.efron || shape.weighted;
    if (differs && rows > 0 && rows < least)
      return Refuse(
          "too_few_rows",
          fmt::format("fewer than {} rows begin late, or end without the event, between two times", least),
          "write a larger resolution, ties => 'breslow', or Surv(time, status)", "42501");
  }
  return {};
}

CoxSums::CoxSums(const CoxShape& shape) : shape_(shape), first_(1, 0), numbers_(shape.Length(), 0) {
  for (const Intervals& each : shape.strata) first_.push_back(first_.back() + each.size());
}

std::span<double> CoxSums::At(std::size_t interval) {
  return std::span(numbers_).subspan(interval * shape_.Interval(), shape_.Interval());
}

// Risk sets are differences so far: what comes at the last interval goes before the first.
void CoxSums::Add(std::size_t stratum, const Spell& spell, const CoxRow& row) {
  const auto at = shape_.strata[stratum].Of(spell);
  if (shape_.entries) AddChanges(stratum, spell, at);
  if (!at) return;
  const std::size_t group = shape_.Group(), first = first_[stratum];
  const std::span<double> last = At(first + at->last);
  const double weight = row.weight * row.risk;
  AddGroup(row, weight, last.first(group));
  if (at->first > 0) AddGroup(row, -weight, At(first + at->first - 1).first(group));
  if (!spell.event) return;
  if (shape_.efron) AddGroup(row, weight, last.subspan(group, group));
  if (shape_.weighted) last.back() += row.weight;
  double* next = &numbers_[shape_.intervals() * shape_.Interval()];
  for (const double x : row.x) *next++ += row.weight * x;
  *next += row.weight * row.offset;
}

void CoxSums::AddChanges(std::size_t stratum, const Spell& spell,
                         const std::optional<Intervals::AtRisk>& at) {
  const std::span<double> changes = std::span(numbers_).last(shape_.Changes());
  if (!at || at->first > 0) changes[shape_.intervals() + stratum] += 1;
  if (!at) return;
  if (at->first > 0) changes[first_[stratum] + at->first - 1] += 1;
  if (!spell.event) changes[first_[stratum] + at->last] += 1;
}

std::vector<double> CoxSums::Take() {
  for (std::size_t stratum = 0; stratum + 1 < first_.size(); ++stratum) {
    for (std::size_t k = first_[stratum + 1]; k-- > first_[stratum] + 1;) {
      const std::span<double> later = At(k), earlier = At(k - 1);
      for (std::size_t i = 0; i < shape_.Group(); ++i) earlier[i] += later[i];
    }
  }
  return std::move(numbers_);
}

PartialLikelihood Assess(const CoxShape& shape, std::span<const double> totals, const Eigen::VectorXd& beta) {
  CHECK(totals.size() == shape.Length() && beta.size() == shape.columns);
  PartialLikelihood sum;
  const std::size_t group = shape.Group(), interval = shape.Interval();
  const auto last = totals.subspan(shape.intervals() * interval, static_cast<std::size_t>(shape.columns) + 1);
  sum.score = Eigen::Map<const Eigen::VectorXd>(last.data(), shape.columns);
  sum.log = beta.dot(sum.score) + last.back();
  sum.information = Eigen::MatrixXd::Zero(shape.columns, shape.columns);
  Moments all(shape.columns);
  std::size_t first = 0;
  for (const Intervals& stratum : shape.strata) {
    std::vector<double> hazard(stratum.size());
    for (std::size_t k = 0; k < stratum.size(); ++k) {
      const auto sums = totals.subspan((first + k) * interval, interval);
      Moments risk(shape.columns), tied(shape.columns);
      risk.Add(sums.first(group));
      all.Add(sums.first(group));
      if (shape.efron) tied.Add(sums.subspan(group, group));
      const auto died = static_cast<double>(stratum.events[k]);
      hazard[k] = AddInterval(shape.efron, {died, shape.weighted ? sums.back() : died}, risk, tied, &sum);
      if (k > 0) hazard[k] += hazard[k - 1];
    }
    sum.hazard.push_back(std::move(hazard));
    first += stratum.size();
  }
  sum.mean = all.first / all.count;
  sum.deviation = (all.second.diagonal() / all.count - sum.mean.cwiseAbs2()).cwiseMax(0).cwiseSqrt();
  return sum;
}

}  // namespace concordat::survival
