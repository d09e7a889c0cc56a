#include "model/testing_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "base/check.h"
#include "engine/duckdb.h"
#include "learning/design.h"
#include "sql/generate.h"
#include "sql/testing_bind.h"

namespace concordat::model {
namespace {

learning::Schema PeopleInputs() {
  return {{.name = "age", .levels = {}, .range = {{0, 100}}},
          {.name = "cost", .levels = {}, .range = {{-10, 50}}},
          {.name = "region", .levels = {"north", "south"}, .range = {}}};
}

std::string InSql(const Value& value) {
  if (IsNull(value)) return "NULL";
  return std::holds_alternative<std::string>(value) ? "'" + ToText(value) + "'" : ToText(value);
}

// Rows of sql::PeopleScope, each with its place as its note.
std::string Source(const std::vector<Person>& people) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < people.size(); ++i)
    rows.push_back(fmt::format("('p{}', '{:04}', CAST({} AS BIGINT), CAST({} AS DOUBLE), {})", i, i,
                               InSql(people[i].age), InSql(people[i].cost), InSql(people[i].region)));
  return fmt::format("SELECT * FROM (VALUES {}) AS people(person, note, age, cost, region)",
                     fmt::join(rows, ", "));
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

Outcome<sql::Query> Ask(const Json& model, const std::string& text) {
  return sql::Bind(TRY(sql::ParseQuestion(text)), sql::PeopleScope(), Finding(model));
}

std::vector<Row> Totals(const Json& model, const std::string& text, const std::vector<Person>& people) {
  const auto query = Ask(model, text);
  CHECK(query);
  const auto plan = sql::MakePlan(std::make_shared<const sql::Query>(*query),
                                  {.budget = {Epsilon{1}, Delta{1e-6}}, .threshold = Delta{1e-9}});
  CHECK(plan);
  const auto engine = engine::OpenDuckdb({.sources = {}, .memory_mb = 256, .threads = 1});
  CHECK(engine);
  const sql::Statement inner = sql::InnerStatement(*plan, {}, 7);
  auto rows = (*engine)->Run(sql::WithSources({Source(people)}, inner.sql), inner.parameters, {}, nullptr);
  if (!rows) fmt::print(stderr, "{}\n", rows.error().message);
  CHECK(rows);
  return std::move(rows->rows);
}

std::vector<Value> Scores(const Json& model, const std::vector<Person>& people) {
  std::vector<Value> scores(people.size());
  const auto rows = Totals(
      model, "SELECT note, concordat.predict('risk') AS p, count(*) FROM people GROUP BY note, p", people);
  for (const Row& row : rows) scores[std::stoul(ToText(row[0]))] = row[1];
  return scores;
}

double NumberOf(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number == nullptr ? NAN : *number;
}

std::vector<Person> People(std::size_t count) {
  std::mt19937 random(3);
  std::vector<Person> people;
  for (std::size_t i = 0; i < count; ++i) {
    Person person{.age = static_cast<std::int64_t>(random() % 101),
                  .cost = static_cast<double>(random() % 6000) / 100 - 10,
                  .region = std::string(random() % 2 == 0 ? "north" : "south")};
    if (i % 17 == 3) person.age = Null{};
    if (i % 19 == 5) person.region = Null{};
    if (i % 23 == 7) person.region = std::string("nowhere");
    people.push_back(person);
  }
  return people;
}

}  // namespace concordat::model
