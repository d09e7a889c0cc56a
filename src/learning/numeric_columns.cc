#include "learning/numeric_columns.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::learning {
namespace {

tl::unexpected<Refusal> Needed(const std::string& what) {
  return Refuse("columns_needed", what, "write columns of numbers: ~ age + chol", "42601");
}

// Names every column of an expression that is a factor.
bool NamesFactor(const Expr& expr, const Schema& schema) {
  if (expr.kind == Expr::Kind::kColumn) {
    const Field* field = Find(schema, expr.name);
    return expr.name == kSite || (field != nullptr && !field->levels.empty());
  }
  return std::any_of(expr.of.begin(), expr.of.end(),
                     [&](const Expr& part) { return NamesFactor(part, schema); });
}

}  // namespace

Outcome<Design> BindNumericColumns(const std::string& formula, const Schema& schema) {
  Formula parsed = TRY(ParseFormula(formula));
  if (parsed.response || !parsed.strata.empty() || parsed.grouping || !parsed.offsets.empty())
    return Needed("only columns may stand here: no left side, strata, offset or random intercept");
  if (parsed.terms.empty()) return Needed("there is no column");
  for (const auto& term : parsed.terms)
    if (term.size() != 1) return Needed(fmt::format("{} is no column", LabelOf(parsed, term)));
  for (const Variable& variable : parsed.variables)
    if (NamesFactor(variable.of, schema))
      return Needed(fmt::format("{} is not a column of numbers", variable.text));
  parsed.intercept = true;
  return Design::Bind(std::move(parsed), schema);
}

NumericScales ScalesOf(const Design& design) {
  const auto size = static_cast<Eigen::Index>(design.terms().size()) - 1;
  NumericScales scales{.centre = Eigen::VectorXd(size), .half = Eigen::VectorXd(size)};
  for (Eigen::Index j = 0; j < size; ++j) {
    scales.centre[j] = design.scales()[static_cast<std::size_t>(j) + 1].centre;
    scales.half[j] = design.scales()[static_cast<std::size_t>(j) + 1].half;
  }
  return scales;
}

std::vector<std::string> NumericTerms(const Design& design) {
  return {design.terms().begin() + 1, design.terms().end()};
}

Eigen::MatrixXd ScaledColumns(const Frame& frame, const NumericScales& scales) {
  const Eigen::MatrixXd x = frame.x.rightCols(scales.half.size());
  return (x.rowwise() - scales.centre.transpose()) * scales.half.cwiseInverse().asDiagonal();
}

Eigen::MatrixXd BoundedColumns(const Frame& frame, const NumericScales& scales) {
  return ScaledColumns(frame, scales).cwiseMax(-1).cwiseMin(1);
}

}  // namespace concordat::learning
