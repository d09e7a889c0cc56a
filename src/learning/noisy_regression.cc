#include "learning/noisy_regression.h"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/formula.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kMissed = 0.05;  // chance that a smallest eigenvalue lost more

// That a matrix is divided by.
double Smallest(const VectorXd& eigenvalues) { return 1e-12 * std::max(1.0, eigenvalues.maxCoeff()); }

// Of a symmetric matrix whose eigenvalues are taken to be others.
template <class Taken>
MatrixXd InverseWith(const MatrixXd& symmetric, Taken taken) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric);
  const VectorXd values = taken(solver.eigenvalues());
  return solver.eigenvectors() * values.cwiseInverse().asDiagonal() * solver.eigenvectors().transpose();
}

Outcome<void> NeedPlain(const Formula& formula, const Call& call) {
  if (!formula.response)
    return Refuse("response_missing", "the formula says nothing before ~",
                  "write what is to be explained: y ~ x", "42601");
  if (formula.status || !formula.strata.empty() || formula.grouping)
    return Refuse("formula_not_supported", "Surv, strata and random intercepts are of other methods",
                  "write the column as a term", "0A000");
  if (call.options.contains("weights"))
    return Refuse("formula_not_supported", "weights have no form under noise",
                  "leave weights out; every unit counts alike", "0A000");
  return {};
}

}  // namespace

Outcome<NoisyRegression> BindNoisyRegression(const Call& call, const Schema& schema, const Rules& rules,
                                             Options& options) {
  Formula formula = TRY(ParseFormula(call.formula));
  TRY(NeedPlain(formula, call));
  Design design = TRY(Design::Bind(std::move(formula), schema));
  TRY(design.CheckBounded());
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  const int rows = TRY(options.Whole("rows_of_a_unit", 1, 1, 10'000));
  Json columns = ToJson(schema, design.Columns());
  const double largest = design.LargestRow();
  return NoisyRegression{.call = call,
                         .columns = std::move(columns),
                         .rules = rules,
                         .design = std::move(design),
                         .largest = largest,
                         .rows_of_a_unit = static_cast<double>(rows),
                         .level = level};
}

VectorXd RowOf(const MatrixXd& x, std::size_t row) { return x.row(static_cast<Index>(row)).transpose(); }

VectorXd Isometric(const MatrixXd& symmetric) {
  MatrixXd scaled = symmetric * std::sqrt(2.0);
  scaled.diagonal() = symmetric.diagonal();
  return Triangle(scaled);
}

MatrixXd FromIsometric(const VectorXd& triangle, Index columns) {
  const MatrixXd scaled = FromTriangle(triangle, columns);
  MatrixXd symmetric = scaled / std::sqrt(2.0);
  symmetric.diagonal() = scaled.diagonal();
  return symmetric;
}

double Hidden(double sigma) { return sigma * std::sqrt(-2 * std::log(kMissed)); }

MatrixXd InverseRaised(const MatrixXd& noisy, double sigma) {
  return InverseWith(noisy, [&](const VectorXd& found) -> VectorXd {
    return found.cwiseMax(std::max(Hidden(sigma), Smallest(found)));
  });
}

MatrixXd InverseOfTold(const MatrixXd& noisy, double sigma, double least) {
  return InverseWith(noisy, [&](const VectorXd& values) -> VectorXd {
    const double hidden = std::max(Hidden(sigma), 1e-12 * values.maxCoeff());
    return values.unaryExpr([hidden, least](double found) {
      return std::max(found, least * hidden) * std::clamp(found / hidden, least, 1.0);
    });
  });
}

MatrixXd InverseOf(const MatrixXd& symmetric) {
  return InverseWith(
      symmetric, [](const VectorXd& found) -> VectorXd { return found.cwiseMax(1e-13 * found.maxCoeff()); });
}

MatrixXd Symmetric(const MatrixXd& matrix) { return (matrix + matrix.transpose()) / 2; }

MatrixXd NoiseOfProduct(const MatrixXd& covariance, double sigma) {
  MatrixXd noise = covariance;
  noise.diagonal().array() += covariance.trace();
  return sigma * sigma / 2 * noise;
}

Outcome<void> CheckRows(const Rules& rules, double rows) {
  if (rows >= rules.minimum_rows && rows >= 1) return {};
  return Refuse("too_few_rows",
                fmt::format("noise included, fewer than {} rows count", std::max(rules.minimum_rows, 1.0)),
                "leave out columns with missing values, or ask for a table with more rows", "42501");
}

}  // namespace concordat::learning
