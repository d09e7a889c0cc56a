#include "model/fitted.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "learning/expr.h"
#include "learning/formula.h"
#include "learning/rows.h"
#include "model/document.h"

namespace concordat::model {
namespace {

// What predicting does not need, and people may want to know.
constexpr const char* kTold[] = {
    "rows",    "rounds", "ridge", "dispersion", "deviance",  "df_residual",        "null_deviance",
    "df_null", "theta",  "aic",   "sigma",      "r_squared", "adjusted_r_squared", "alpha"};

tl::unexpected<Refusal> NotExpressible(const std::string& what, const std::string& hint) {
  return Refuse("model_not_expressible", what, hint);
}

std::string TextAt(const Json& object, const char* name, const std::string& otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

// Columns that the right side of the formula reads.
std::set<std::string> InputsOf(const learning::Formula& formula) {
  std::set<std::string> names;
  for (const learning::Variable& variable : formula.variables) AddColumns(variable.of, names);
  for (const learning::Expr& offset : formula.offsets) AddColumns(offset, names);
  return names;
}

// From 0 to 1 of a binomial model; of others what the response declares, unless they have no ends (identity
// links follow from the ranges of what they are applied to).
Json RangeOf(const Json& fitted, const learning::Formula& formula, const Publishing& publishing) {
  if (publishing.range) return {publishing.range->low, publishing.range->high};
  if (fitted.value("family", "") == "binomial") return {0, 1};
  const bool plain = formula.response && formula.response->of.kind == learning::Expr::Kind::kColumn;
  if (fitted.value("link", "identity") == "identity" || !plain) return nullptr;
  for (const Json& column : fitted.at("columns")) {
    if (column.at("name") == formula.response->of.name && column.contains("range")) return column["range"];
  }
  return nullptr;
}

// Of a path the fit of one lambda.
Outcome<Json> CoefficientsOf(const Json& fitted, const Publishing& publishing) {
  if (!fitted.contains("path")) return fitted.at("coefficients");
  const Json& path = fitted.at("path");
  for (const Json& each : path) {
    const double lambda = each.at("lambda");
    if (path.size() == 1 || (publishing.lambda && lambda == *publishing.lambda))
      return each.at("coefficients");
  }
  return Refuse("option_invalid", "the model is a path of several penalties",
                "say which: --lambda and one of its lambdas", "22023");
}

Json CardOf(const Json& fitted) {
  Json card = Json::object();
  for (const char* name : kTold) {
    if (fitted.contains(name) && !fitted[name].is_null()) card[name] = fitted[name];
  }
  if (fitted.contains("call")) {
    card["call"] = fitted["call"];
    card["call"].erase("formula");
  }
  return card;
}

Outcome<Json> Written(const Json& fitted, const Publishing& publishing) {
  const learning::Formula formula =
      TRY(learning::ParseFormula(fitted.at("call").at("formula").get<std::string>()));
  const std::set<std::string> names = InputsOf(formula);
  if (names.contains(std::string(learning::kSite)))
    return NotExpressible("the model has an effect of the site, which is no column",
                          "fit it without site(): what holds at all sites can be applied at any");
  if (names.empty()) return NotExpressible("the model has no input", "fit it with a term");
  Json inputs = Json::array(), response = {{"name", formula.response ? formula.response->text : "response"}};
  for (const Json& column : fitted.at("columns"))
    if (names.contains(column.at("name").get<std::string>())) inputs.push_back(column);
  if (const Json levels = fitted.value("response_levels", Json::array()); !levels.empty())
    response["levels"] = levels;
  Json coefficients = TRY(CoefficientsOf(fitted, publishing));
  Json document = {{"concordat", "model/1"},
                   {"kind", fitted.at("kind")},
                   {"formula", learning::ToText(formula)},
                   {"family", fitted.at("family")},
                   {"link", fitted.at("link")},
                   {"inputs", std::move(inputs)},
                   {"response", std::move(response)},
                   {"terms", fitted.at("terms")},
                   {"coefficients", std::move(coefficients)},
                   {"card", CardOf(fitted)}};
  if (Json range = RangeOf(fitted, formula, publishing); !range.is_null())
    document["range"] = std::move(range);
  return document;
}

}  // namespace

Outcome<Json> DocumentOf(const Json& fitted, const Publishing& publishing) {
  const std::string kind = fitted.is_object() ? TextAt(fitted, "kind", TextAt(fitted, "method", "")) : "";
  if (kind != "glm" && kind != "lm" && kind != "penalised")
    return NotExpressible(fmt::format("a model of kind '{}' is not applied in SQL", kind.substr(0, 40)),
                          "glm, lm and penalised ones are; export others, and use them elsewhere");
  try {
    Json document = TRY(Written(fitted, publishing));
    const auto read = ReadModel(document);
    if (read) return document;
    return NotExpressible(read.error().message, read.error().remedy);
  } catch (const Json::exception&) {
    return NotExpressible("what the fit left is not whole", "fit it again");
  }
}

}  // namespace concordat::model
