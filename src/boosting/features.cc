#include "boosting/features.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/coefficient_table.h"

namespace concordat::boosting {
namespace {

Outcome<void> NeedColumns(const Formula& formula) {
  if (!formula.response)
    return Refuse("response_missing", "the formula says nothing before ~",
                  "write what is to be explained: y ~ x", "42601");
  bool plain = !formula.status && formula.strata.empty() && !formula.grouping && formula.offsets.empty() &&
               !formula.terms.empty();
  for (const auto& term : formula.terms) plain = plain && term.size() == 1;
  for (const Variable& variable : formula.variables) plain = plain && variable.kind == Variable::Kind::kPlain;
  if (!plain)
    return Refuse("formula_not_supported", "boost takes columns alone: trees find products and bends",
                  "write y ~ a + b, without products, splines, offsets or strata", "0A000");
  return {};
}

Outcome<Interval> NeedRange(const Expr& of, const Schema& schema, const std::string& text) {
  const auto range = RangeOf(of, schema);
  if (range && range->first < range->second) return *range;
  return Refuse("range_needed",
                fmt::format("numbers are cut within their declared range, and {} has none", text),
                "ask the steward to declare the column's least and greatest value", "0A000");
}

const Field* FactorOf(const Expr& expr, const Schema& schema) {
  if (expr.kind != Expr::Kind::kColumn) return nullptr;
  const Field* field = Find(schema, expr.name);
  return field == nullptr || field->levels.empty() ? nullptr : field;
}

}  // namespace

Outcome<BoostColumns> BindBoostColumns(const std::string& formula, const Schema& schema) {
  BoostColumns bound{.formula = TRY(ParseFormula(formula))};
  TRY(NeedColumns(bound.formula));
  const Design design = TRY(Design::Bind(bound.formula, schema));
  bound.columns = design.Columns();
  bound.declared = ToJson(schema, bound.columns);
  bound.response_levels = design.response_levels();
  const Variable& response = *bound.formula.response;
  if (bound.response_levels.empty())
    bound.response_range = TRY(NeedRange(response.of, schema, ToText(response.of)));
  for (const auto& term : bound.formula.terms) {
    const Variable& variable = bound.formula.variables[term.front()];
    BoostFeature feature{.name = variable.text, .of = variable.of, .levels = {}, .range = {}};
    if (const Field* factor = FactorOf(variable.of, schema))
      feature.levels = factor->levels;
    else
      feature.range = TRY(NeedRange(variable.of, schema, variable.text));
    bound.features.push_back(std::move(feature));
  }
  return bound;
}

Eigen::ArrayXd ResponsesOf(const BoostColumns& columns, const Rows& rows) {
  const Eigen::ArrayXd values = Values(columns.formula.response->of, rows);
  if (!columns.response_levels.empty())
    return values.isFinite().select((values > 0).cast<double>(),
                                    Eigen::ArrayXd::Constant(values.size(), NAN));
  const auto [low, high] = columns.response_range;
  return (values >= low && values <= high).select(values, Eigen::ArrayXd::Constant(values.size(), NAN));
}

}  // namespace concordat::boosting
