#include "model/testing_model.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "learning/design.h"

namespace concordat::model {
namespace {

learning::Schema PeopleInputs() {
  return {{.name = "age", .levels = {}, .range = {{0, 100}}},
          {.name = "cost", .levels = {}, .range = {{-10, 50}}},
          {.name = "region", .levels = {"north", "south"}, .range = {}}};
}

}  // namespace

Json LinearJson(const std::string& formula, const std::vector<double>& coefficients,
                const std::string& family, const std::string& link) {
  auto parsed = learning::ParseFormula(formula);
  CHECK(parsed);
  parsed->response.reset();
  const auto design = learning::Design::Bind(*parsed, PeopleInputs());
  CHECK(design);
  Json inputs = Json::array();
  for (const learning::Field& field : PeopleInputs()) {
    const auto names = design->Columns();
    if (std::find(names.begin(), names.end(), field.name) == names.end()) continue;
    Json input = {{"name", field.name}};
    if (!field.levels.empty()) input["levels"] = field.levels;
    if (field.range) input["range"] = {field.range->first, field.range->second};
    inputs.push_back(std::move(input));
  }
  Json json = {{"concordat", "model/1"},
               {"kind", "glm"},
               {"formula", formula},
               {"family", family},
               {"link", link},
               {"inputs", std::move(inputs)},
               {"response", {{"name", "ill"}}},
               {"terms", design->terms()},
               {"coefficients", coefficients},
               {"card", {{"rows", 500}}}};
  if (family == "binomial") json["range"] = {0, 1};
  return json;
}

sql::FindModel Finding(const Json& json) {
  const auto document = ReadModel(json);
  CHECK(document);
  return [document = *document](const std::string&) -> Outcome<sql::ModelPtr> {
    return Applied(document, "cleveland/risk version 1");
  };
}

}  // namespace concordat::model
