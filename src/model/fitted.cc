#include "model/fitted.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "boosting/model.h"
#include "boosting/packed.h"
#include "learning/expr.h"
#include "learning/formula.h"
#include "learning/rows.h"
#include "model/document.h"

namespace concordat::model {
namespace {

// What predicting does not need, and people may want to know.
constexpr const char* kTold[] = {"rows",
                                 "rounds",
                                 "ridge",
                                 "dispersion",
                                 "deviance",
                                 "df_residual",
                                 "null_deviance",
                                 "df_null",
                                 "theta",
                                 "aic",
                                 "sigma",
                                 "r_squared",
                                 "adjusted_r_squared",
                                 "alpha",
                                 "layers",
                                 "loss",
                                 "accuracy",
                                 "root_mean_square",
                                 "parameters",
                                 "noise"};

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

// Which ends scores are pulled into, where publishing says none: those of chances; what the response
// declares; or none, for they follow from the ranges of what the model is applied to.
enum class Ends { kChance, kDeclared, kNone };

struct Ranging {
  const Json& fitted;
  const learning::Formula& formula;
  const Publishing& publishing;
};

void SetRange(Ends ends, const Ranging& of, Json& document) {
  if (of.publishing.range) {
    document["range"] = {of.publishing.range->low, of.publishing.range->high};
    return;
  }
  if (ends == Ends::kChance) document["range"] = {0, 1};
  const bool plain = of.formula.response && of.formula.response->of.kind == learning::Expr::Kind::kColumn;
  if (ends != Ends::kDeclared || !plain) return;
  for (const Json& column : of.fitted.at("columns")) {
    if (column.at("name") == of.formula.response->of.name && column.contains("range"))
      document["range"] = column["range"];
  }
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
  if (fitted.contains("call")) card["call"] = fitted["call"];
  return card;
}

// What all documents say: inputs, which the formula reads, and the response.
Outcome<Json> Begun(const Json& fitted, const learning::Formula& formula) {
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
  return Json{{"concordat", "model/1"},
              {"inputs", std::move(inputs)},
              {"response", std::move(response)},
              {"card", CardOf(fitted)}};
}

Outcome<Json> OfLinear(const Json& fitted, const learning::Formula& formula, const Publishing& publishing) {
  Json document = TRY(Begun(fitted, formula));
  for (const char* part : {"kind", "family", "link", "terms"}) document[part] = fitted.at(part);
  document["formula"] = learning::ToText(formula);
  document["coefficients"] = TRY(CoefficientsOf(fitted, publishing));
  const std::string link = fitted.value("link", "identity");
  const bool binomial = fitted.value("family", "") == "binomial";
  SetRange(binomial             ? Ends::kChance
           : link == "identity" ? Ends::kNone
                                : Ends::kDeclared,
           {fitted, formula, publishing}, document);
  return document;
}

// Trees, packed.
Outcome<Json> OfBoosted(const Json& fitted, const learning::Formula& formula, const Publishing& publishing) {
  Json document = TRY(Begun(fitted, formula));
  const auto model = boosting::ReadBoostModel(fitted);
  if (!model) return NotExpressible(model.error().message, "fit it again");
  if (model->bins.size() > kMostInputs)
    return NotExpressible(fmt::format("the model has more than {} features", kMostInputs),
                          "fit it with fewer terms");
  document["kind"] = "boost";
  document["boost"] = {{"trees", boosting::PackTrees(model->trees, model->bins)}};
  for (const char* part : {"objective", "base_score", "features"}) document["boost"][part] = fitted.at(part);
  using Kind = boosting::Objective::Kind;
  SetRange(model->objective.kind == Kind::kBinary       ? Ends::kChance
           : model->objective.kind == Kind::kRegression ? Ends::kNone
                                                        : Ends::kDeclared,
           {fitted, formula, publishing}, document);
  return document;
}

Outcome<Json> OfNetwork(const Json& fitted, const learning::Formula& formula, const Publishing& publishing) {
  Json document = TRY(Begun(fitted, formula));
  document["kind"] = "network";
  document["formula"] = learning::ToText(formula);
  document["network"] = Json::object();
  for (const char* part : {"inputs", "factors", "response", "layers", "parameters", "weights"})
    document["network"][part] = fitted.at(part);
  const bool levels = fitted.at("response").contains("levels");
  if (levels) document["response"]["levels"] = fitted.at("response").at("levels");
  SetRange(levels ? Ends::kChance : Ends::kDeclared, {fitted, formula, publishing}, document);
  return document;
}

struct Writer {
  const char* kind;
  Outcome<Json> (*write)(const Json& fitted, const learning::Formula& formula, const Publishing& publishing);
};
constexpr Writer kWriters[] = {{"glm", OfLinear},
                               {"lm", OfLinear},
                               {"penalised", OfLinear},
                               {"boost", OfBoosted},
                               {"network", OfNetwork}};

// Of linear models it stands in the call.
Outcome<learning::Formula> WrittenFormula(const Json& fitted) {
  const Json& formula = fitted.contains("formula") ? fitted.at("formula") : fitted.at("call").at("formula");
  return learning::ParseFormula(formula.get<std::string>());
}

}  // namespace

Outcome<Json> DocumentOf(const Json& fitted, const Publishing& publishing) {
  const std::string kind = fitted.is_object() ? TextAt(fitted, "kind", TextAt(fitted, "method", "")) : "";
  const auto* const writer = std::find_if(std::begin(kWriters), std::end(kWriters),
                                          [&](const Writer& each) { return kind == each.kind; });
  if (writer == std::end(kWriters))
    return NotExpressible(fmt::format("a model of kind '{}' is not applied in SQL", kind.substr(0, 40)),
                          "glm, lm, penalised, boost and network are; export others, and use them elsewhere");
  try {
    const learning::Formula formula = TRY(WrittenFormula(fitted));
    Json document = TRY(writer->write(fitted, formula, publishing));
    const auto read = ReadModel(document);
    if (read) return document;
    return NotExpressible(read.error().message, read.error().remedy);
  } catch (const Json::exception&) {
    return NotExpressible("what the fit left is not whole", "fit it again");
  }
}

}  // namespace concordat::model
