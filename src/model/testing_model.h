// Models for tests: documents, and rows that they are applied to. Tests alone link it.
#pragma once

#include <string>
#include <vector>

#include "model/document.h"
#include "sql/bind.h"

namespace concordat::model {

// A document of a linear model over age (0 to 100), cost (-10 to 50) and region (north, south), columns of
// sql::PeopleScope. `coefficients` belong to the formula's terms.
Json LinearJson(const std::string& formula, const std::vector<double>& coefficients,
                const std::string& family = "binomial", const std::string& link = "logit");
// Finds `json` as any name. Precondition: it is a model.
sql::FindModel Finding(const Json& json);

// Binds a question of people, in which any model's name means `model`.
Outcome<sql::Query> Ask(const Json& model, const std::string& text);

struct Person {
  Value age, cost, region;
};
// With every level, whole and broken numbers, and some of whom something is not known or no level.
std::vector<Person> People(std::size_t count);

// What the engine adds up for a question, before noise. Precondition: there is no mistake in it.
std::vector<Row> Totals(const Json& model, const std::string& text, const std::vector<Person>& people);
// The score of each, as the engine computes it for a key.
std::vector<Value> Scores(const Json& model, const std::vector<Person>& people);
double NumberOf(const Value& value);  // NaN of what is none

}  // namespace concordat::model
