#include "learning/contingency.h"

#include "base/check.h"
#include "learning/around_means.h"
#include "learning/coefficients.h"
#include "learning/distribution.h"

namespace concordat::learning {

Eigen::MatrixXd TableCall::Cells(std::span<const double> counts) const {
  const auto rows = static_cast<Eigen::Index>(first.levels.size());
  const auto columns = static_cast<Eigen::Index>(second.levels.size());
  CHECK(counts.size() == first.levels.size() * second.levels.size());
  return Eigen::Map<const Eigen::MatrixXd>(counts.data(), rows, columns);
}

Outcome<TableCall> BindTable(const Call& call, const Schema& schema) {
  Formula formula = TRY(ParseFormula(call.formula));
  TRY(Design::Bind(formula, schema));
  std::vector<const Field*> factors;
  for (const Variable& variable : formula.variables)
    if (IsFactor(variable, schema)) factors.push_back(Find(schema, variable.of.name));
  const bool two = factors.size() == 2 && formula.terms == std::vector<std::vector<std::size_t>>{{0}, {1}};
  if (!two || !IsPlain(formula) || formula.response || factors[0]->levels.size() < 2 ||
      factors[1]->levels.size() < 2)
    return RefuseFormula(call, "write ~ a + b, two columns of at least two declared levels each");
  formula.terms = {{0, 1}};
  formula.intercept = false;
  Design design = TRY(Design::Bind(std::move(formula), schema));
  return TableCall{.design = std::move(design), .first = *factors[0], .second = *factors[1]};
}

std::vector<Output> TableColumns() {
  return {{"first", Type::kText},      {"second", Type::kText},     {"count", Type::kNumber},
          {"expected", Type::kNumber}, {"residual", Type::kNumber}, {"statistic", Type::kNumber},
          {"df", Type::kNumber},       {"p_value", Type::kNumber}};
}

Fitted ShowTable(const TableCall& asked, const Eigen::MatrixXd& counts, const TableTest& test, double least) {
  const double p = ChiSquaredTail(test.statistic, test.df);
  Fitted fitted;
  fitted.columns = TableColumns();
  for (Eigen::Index i = 0; i < counts.rows(); ++i)
    for (Eigen::Index j = 0; j < counts.cols(); ++j)
      fitted.rows.push_back({asked.first.levels[static_cast<std::size_t>(i)],
                             asked.second.levels[static_cast<std::size_t>(j)],
                             counts(i, j) < least ? Value(Null()) : Value(counts(i, j)), test.expected(i, j),
                             counts(i, j) < least ? Value(Null()) : Value(test.residual(i, j)),
                             NumberOrNull(test.statistic), test.df, NumberOrNull(p)});
  return fitted;
}

}  // namespace concordat::learning
