// A table of counts under noise, and a test of independence that counts the noise: the differences from what
// margins lead one to expect have the covariance of chance and that of the noise. Sources: Gaboardi, Lim,
// Rogers, Vadhan, "Differentially Private Chi-Squared Hypothesis Testing" (2016); Rogers and Kifer, "A New
// Class of Private Chi-Square Hypothesis Tests" (2017), for the quadratic form. Argument:
// noisy_tests.proof.md.
#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/contingency.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/options.h"
#include "learning/state.h"
#include "learning/unit_means.h"

namespace concordat::learning {
namespace {

// a (x) b: the products of each number of a with all of b.
Eigen::MatrixXd Kronecker(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  Eigen::MatrixXd product(a.rows() * b.rows(), a.cols() * b.cols());
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index j = 0; j < a.cols(); ++j)
      product.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
  return product;
}

// Of shares: the covariance of one draw, and what taking the expected away makes of equal noise; both but for
// the last level, which the others give.
Eigen::MatrixXd Chance(const Eigen::VectorXd& shares) {
  const Eigen::Index free = shares.size() - 1;
  return (Eigen::MatrixXd(shares.asDiagonal()) - shares * shares.transpose()).topLeftCorner(free, free);
}
Eigen::MatrixXd Noise(const Eigen::VectorXd& shares) {
  const Eigen::Index size = shares.size();
  const Eigen::MatrixXd less =
      Eigen::MatrixXd::Identity(size, size) - shares * Eigen::RowVectorXd::Ones(size);
  return (less * less.transpose()).topLeftCorner(size - 1, size - 1);
}

TableTest TestOf(const Eigen::MatrixXd& counts, double sigma) {
  const double rows = counts.sum();
  const Eigen::VectorXd first = counts.rowwise().sum() / rows, second = counts.colwise().sum() / rows;
  const Eigen::Index free_first = counts.rows() - 1, free_second = counts.cols() - 1;
  TableTest test{.expected = rows * first * second.transpose(),
                 .residual = {},
                 .df = static_cast<double>(free_first * free_second)};
  const Eigen::MatrixXd apart = counts - test.expected;
  test.residual = apart.array() / (test.expected.array() + sigma * sigma).sqrt();
  const Eigen::MatrixXd kept = apart.topLeftCorner(free_first, free_second);
  const Eigen::Map<const Eigen::VectorXd> flat(kept.data(), kept.size());
  const Eigen::MatrixXd covariance = rows * Kronecker(Chance(second), Chance(first)) +
                                     sigma * sigma * Kronecker(Noise(second), Noise(first));
  test.statistic = flat.dot(covariance.ldlt().solve(flat));
  return test;
}

class NoisyChiSquare final : public NoisyMethod {
 public:
  NoisyChiSquare(TableCall asked, const Rules& rules) : asked_(std::move(asked)), rules_(rules) {}

  std::vector<Output> Outputs() const override { return TableColumns(); }
  std::vector<std::string> Columns() const override { return asked_.design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(WholeOf(state, "round", {0, 0}));
    return asked_.design.terms().size();
  }

  // A row is in one cell.
  Result<NoisyRound> Round(const Json& state) const override {
    TRY(Length(state));
    return NoisyRound{.bound = 1, .share = 1};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    const std::size_t length = TRY(Length(state));
    const Frame frame = asked_.design.Of(rows.rows);
    return SumUnitMeans(rows, frame, static_cast<Eigen::Index>(length), {.bound = 1, .steps = steps},
                        [&](Eigen::Index row, double weight, Eigen::VectorXd& numbers) {
                          for (Eigen::Index i = 0; i < numbers.size(); ++i)
                            numbers[i] += weight * frame.x(row, i);
                        });
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override {
    TRY(CheckTotals(*this, state, totals));
    const Eigen::MatrixXd counts = asked_.Cells(totals);
    TRY(CheckMargin(counts.rowwise().sum(), asked_.first, sigma * std::sqrt(counts.cols())));
    TRY(CheckMargin(counts.colwise().sum().transpose(), asked_.second, sigma * std::sqrt(counts.rows())));
    Step step{.said = "counts, with noise"};
    step.fitted = ShowTable(asked_, counts, TestOf(counts, sigma), rules_.minimum_cell);
    return step;
  }

 private:
  Outcome<void> CheckMargin(const Eigen::VectorXd& margin, const Field& factor, double noise) const {
    for (Eigen::Index i = 0; i < margin.size(); ++i)
      if (margin[i] < std::max({1.0, rules_.minimum_cell, kFewRows * noise}))
        return Refuse(
            "noise_too_large",
            fmt::format("{} of {} has no more rows than noise makes of none, or than the agreement's minimum",
                        factor.levels[static_cast<std::size_t>(i)], factor.name),
            "ask for broader levels, or allow more epsilon", "22023");
    return {};
  }

  TableCall asked_;
  Rules rules_;
};

}  // namespace

MadeNoisy MakeNoisyChiSquare(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  TRY(options.End());
  return std::make_unique<NoisyChiSquare>(TRY(BindTable(call, schema)), rules);
}

}  // namespace concordat::learning
