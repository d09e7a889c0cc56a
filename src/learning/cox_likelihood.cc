#include "learning/cox_likelihood.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace concordat::learning {
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

double AddInterval(bool efron, double events, const Moments& risk, const Moments& tied,
                   PartialLikelihood* sum) {
  if (!efron) return Contribute(risk, tied, 0, events, sum);
  double hazard = 0;
  for (double died = 0; died < events; ++died) hazard += Contribute(risk, tied, died / events, 1, sum);
  return hazard;
}

void AddGroup(const CoxRow& row, std::span<double> group) {
  double* next = group.data();
  *next++ += row.weight;
  for (const double x : row.x) *next++ += row.weight * x;
  for (Eigen::Index i = 0; i < row.x.size(); ++i)
    for (Eigen::Index j = 0; j <= i; ++j) *next++ += row.weight * row.x[i] * row.x[j];
}

}  // namespace

std::size_t CoxShape::Group() const {
  const auto p = static_cast<std::size_t>(columns);
  return 1 + p + p * (p + 1) / 2;
}

std::size_t CoxShape::Length() const {
  std::size_t intervals = 0;
  for (const Intervals& each : strata) intervals += each.size();
  return intervals * Group() * (efron ? 2 : 1) + static_cast<std::size_t>(columns) + 1;
}

void AddCoxRow(const CoxShape& shape, std::size_t interval, const CoxRow& row, std::span<double> numbers) {
  const std::size_t group = shape.Group();
  const std::size_t at = interval * group * (shape.efron ? 2 : 1);
  AddGroup(row, numbers.subspan(at, group));
  if (!row.event) return;
  if (shape.efron) AddGroup(row, numbers.subspan(at + group, group));
  double* next = &numbers[numbers.size() - static_cast<std::size_t>(shape.columns) - 1];
  for (const double x : row.x) *next++ += x;
  *next += row.offset;
}

PartialLikelihood Assess(const CoxShape& shape, std::span<const double> totals, const Eigen::VectorXd& beta) {
  CHECK(totals.size() == shape.Length() && beta.size() == shape.columns);
  PartialLikelihood sum;
  const std::span<const double> last = totals.last(static_cast<std::size_t>(shape.columns) + 1);
  sum.score = Eigen::Map<const Eigen::VectorXd>(last.data(), shape.columns);
  sum.log = beta.dot(sum.score) + last.back();
  sum.information = Eigen::MatrixXd::Zero(shape.columns, shape.columns);
  Moments all(shape.columns);
  const std::size_t group = shape.Group();
  std::size_t first = 0;
  for (const Intervals& stratum : shape.strata) {
    Moments risk(shape.columns);
    std::vector<double> hazard(stratum.size());
    for (std::size_t k = stratum.size(); k-- > 0;) {
      const auto sums = totals.subspan((first + k) * group * (shape.efron ? 2 : 1));
      risk.Add(sums.first(group));
      all.Add(sums.first(group));
      Moments tied(shape.columns);
      if (shape.efron) tied.Add(sums.subspan(group, group));
      hazard[k] = AddInterval(shape.efron, static_cast<double>(stratum.events[k]), risk, tied, &sum);
    }
    for (std::size_t k = 1; k < hazard.size(); ++k) hazard[k] += hazard[k - 1];
    sum.hazard.push_back(std::move(hazard));
    first += stratum.size();
  }
  sum.mean = all.first / all.count;
  sum.deviation = (all.second.diagonal() / all.count - sum.mean.cwiseAbs2()).cwiseMax(0).cwiseSqrt();
  return sum;
}

}  // namespace concordat::learning
