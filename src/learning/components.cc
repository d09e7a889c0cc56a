#include "learning/components.h"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/state.h"

namespace concordat::learning {
namespace {

constexpr double kConstant = 1e-24;  // a variance, in squares of what the declared range spans

struct Components {
  Eigen::VectorXd deviations;  // descending
  Eigen::MatrixXd loadings;    // a column a component; the largest loading of each is above zero
};

Components ComponentsOf(const Eigen::MatrixXd& covariance) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  Components found{.deviations = solver.eigenvalues().reverse().cwiseMax(0).cwiseSqrt(),
                   .loadings = solver.eigenvectors().rowwise().reverse()};
  for (Eigen::Index k = 0; k < found.loadings.cols(); ++k) {
    Eigen::Index largest = 0;
    // The first of those that differ by rounding alone.
    for (Eigen::Index j = 1; j < found.loadings.rows(); ++j)
      if (std::abs(found.loadings(j, k)) > std::abs(found.loadings(largest, k)) + 1e-9) largest = j;
    if (found.loadings(largest, k) < 0) found.loadings.col(k) *= -1;
  }
  return found;
}

}  // namespace

Outcome<ComponentsCall> BindComponents(const Call& call, const Schema& schema, Options& options) {
  const int components = TRY(options.Whole("components", 0, 0, 1000));
  const bool scale = TRY(options.Flag("scale", false));
  Design design = TRY(BindNumericColumns(call.formula, schema));
  NumericScales scaling = ScalesOf(design);
  std::vector<std::string> terms = NumericTerms(design);
  return ComponentsCall{.design = std::move(design),
                        .scaling = std::move(scaling),
                        .terms = std::move(terms),
                        .components = components,
                        .scale = scale};
}

std::vector<Output> ComponentColumns() {
  return {{"component", Type::kInteger},
          {"standard_deviation", Type::kNumber},
          {"variance_share", Type::kNumber},
          {"column", Type::kText},
          {"loading", Type::kNumber}};
}

Outcome<Fitted> ShowComponents(const ComponentsCall& asked, const Spread& spread) {
  const Eigen::Index size = asked.size();
  const Eigen::VectorXd variance = spread.covariance.diagonal();
  for (Eigen::Index j = 0; j < size; ++j)
    if (asked.scale && !(variance[j] > kConstant))
      return Refuse("constant_column",
                    fmt::format("{} has one value only", asked.terms[static_cast<std::size_t>(j)]),
                    "leave it out, or write scale => false", "22023");
  const Eigen::VectorXd& half = asked.scaling.half;
  const Eigen::VectorXd units = asked.scale ? Eigen::VectorXd(variance.cwiseSqrt().cwiseInverse()) : half;
  const Components found = ComponentsOf(units.asDiagonal() * spread.covariance * units.asDiagonal());
  Fitted fitted;
  fitted.columns = ComponentColumns();
  const Eigen::Index shown = asked.components == 0 ? size : std::min(asked.components, size);
  const double all = found.deviations.squaredNorm();
  for (Eigen::Index k = 0; k < shown; ++k)
    for (Eigen::Index j = 0; j < size; ++j)
      fitted.rows.push_back({static_cast<std::int64_t>(k + 1), found.deviations[k],
                             all > 0 ? found.deviations[k] * found.deviations[k] / all : 0,
                             asked.terms[static_cast<std::size_t>(j)], found.loadings(j, k)});
  const Eigen::VectorXd scales =
      asked.scale ? Eigen::VectorXd(variance.cwiseSqrt().cwiseProduct(half)) : Eigen::VectorXd::Ones(size);
  fitted.model = {{"method", "pca"},
                  {"formula", ToText(asked.design.formula())},
                  {"rows", spread.rows},
                  {"terms", asked.terms},
                  {"centre", ToJson(spread.mean)},
                  {"scale", ToJson(scales)},
                  {"standard_deviations", ToJson(Eigen::VectorXd(found.deviations.head(shown)))},
                  {"loadings", ToJson(Eigen::MatrixXd(found.loadings.leftCols(shown)))}};
  return fitted;
}

}  // namespace concordat::learning
