#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "learning/testing_fit.h"
#include "learning/testing_members.h"
#include "methods/methods.h"

namespace concordat::methods {
namespace {

using namespace learning;

// Whatever the method, a model says what was called, what every option came to, and what columns were
// declared as.
TEST(Complete, SaysWhatWasCalledAlikeOfAllMethods) {
  const struct {
    const char* method;
    const char* formula;
    std::map<std::string, Value> options;
    Json came_to;
  } cases[] = {
      {"glm",
       "ill ~ age",
       {{"family", Value("binomial")}, {"level", Value(0.9)}},
       {{"family", "binomial"},
        {"level", 0.9},
        {"ridge", 0.0},
        {"dispersion", "family"},
        {"max_rounds", 25}}},
      {"lm", "cost ~ age", {{"weights", Value("weight")}}, {{"level", 0.95}, {"weights", "weight"}}},
      {"penalised",
       "cost ~ age + visits",
       {},
       {{"alpha", 1.0}, {"family", "gaussian"}, {"level", 0.95}, {"path", 20}}},
      {"kmeans",
       "age + cost",
       {{"k", Value(std::int64_t{3})}},
       {{"k", 3}, {"seed", 1}, {"scale", false}, {"max_rounds", 100}}},
      {"pca", "age + cost", {}, {{"components", 0}, {"scale", false}}},
      {"network",
       "ill ~ age",
       {{"layers", Value("dense(1) sigmoid")}, {"rounds", Value(std::int64_t{2})}},
       {{"layers", "dense(1) sigmoid"},
        {"method", "fedavg"},
        {"rounds", 2},
        {"epochs", 1},
        {"batch", 32},
        {"learning_rate", 0.1},
        {"server_rate", 1.0},
        {"clip", 10.0},
        {"combine", "mean"},
        {"seed", 1}}},
      {"kaplan_meier",
       "Surv(cost, ill) ~ sex",
       {{"resolution", Value(std::int64_t{50})}},
       {{"resolution", 50.0}, {"interval", "log"}, {"level", 0.95}}},
      {"cox",
       "Surv(cost, ill) ~ age",
       {{"resolution", Value(std::int64_t{50})}},
       {{"resolution", 50.0}, {"ties", "efron"}, {"level", 0.95}, {"max_rounds", 40}}},
  };
  const auto members = People(600, 3);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.method);
    const Call call{.method = c.method, .formula = c.formula, .table = "people", .options = c.options};
    const auto method = Make(call, PeopleSchema(), {});
    ASSERT_TRUE(method) << method.error().message;
    const auto fitted = FitOver(**method, members);
    ASSERT_TRUE(fitted) << fitted.error().message;
    const Json& model = fitted->model;
    EXPECT_EQ(model.at("method"), c.method);
    EXPECT_EQ(
        model.at("call"),
        (Json{{"method", c.method}, {"formula", c.formula}, {"table", "people"}, {"options", c.came_to}}));
    EXPECT_GT(model.at("rows"), 500);
    ASSERT_FALSE(model.at("columns").empty());
    for (const Json& column : model["columns"])
      EXPECT_TRUE(column.contains("name") && (column.contains("range") || column.contains("levels")))
          << column;
  }
}

}  // namespace
}  // namespace concordat::methods
