#include "learning/coefficient_table.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/coefficients.h"
#include "learning/distribution.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

Json OptionJson(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* number = std::get_if<double>(&value)) return FiniteJson(*number);
  return IsNull(value) ? Json() : Json(ToText(value));
}

}  // namespace

std::vector<Output> CoefficientColumns() {
  return {{"term", Type::kText},        {"estimate", Type::kNumber}, {"standard_error", Type::kNumber},
          {"statistic", Type::kNumber}, {"p_value", Type::kNumber},  {"lower", Type::kNumber},
          {"upper", Type::kNumber}};
}

std::vector<Row> CoefficientRows(const Coefficients& coefficients) {
  const auto& df = coefficients.df;
  const double middle = (1 + coefficients.level) / 2;
  const double quantile = df ? TQuantile(middle, *df) : NormalQuantile(middle);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < coefficients.terms.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    const double estimate = coefficients.estimates[at], error = std::sqrt(coefficients.covariance(at, at));
    const double statistic = estimate / error;
    Row row = {coefficients.terms[i]};
    for (const double number :
         {estimate, error, statistic, df ? TTwoSided(statistic, *df) : NormalTwoSided(statistic),
          estimate - quantile * error, estimate + quantile * error})
      row.push_back(NumberOrNull(number));
    rows.push_back(std::move(row));
  }
  return rows;
}

void AddTo(Json& model, const Coefficients& coefficients) {
  model["terms"] = coefficients.terms;
  model["coefficients"] = ToJson(coefficients.estimates);
  model["covariance"] = ToJson(coefficients.covariance);
}

Json ToJson(const Call& call) {
  Json options = Json::object();
  for (const auto& [name, value] : call.options) options[name] = OptionJson(value);
  return {{"method", call.method}, {"formula", call.formula}, {"table", call.table}, {"options", options}};
}

Json ToJson(const Schema& schema, const std::vector<std::string>& columns) {
  Json all = Json::array();
  for (const std::string& name : columns) {
    const Field* field = Find(schema, name);
    if (field == nullptr) continue;
    Json column{{"name", name}};
    if (!field->levels.empty()) column["levels"] = field->levels;
    if (field->range) column["range"] = {field->range->first, field->range->second};
    all.push_back(std::move(column));
  }
  return all;
}

Json FiniteJson(double number) { return std::isfinite(number) ? Json(number) : Json(); }

}  // namespace concordat::learning
