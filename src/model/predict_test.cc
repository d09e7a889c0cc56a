// What models say of rows, through a question's whole way to the engine, beside the model matrix of
// `learning` (which test/learning holds against R's) and R's own numbers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/duckdb.h"
#include "learning/design.h"
#include "learning/link.h"
#include "model/testing_model.h"
#include "sql/explain.h"
#include "sql/generate.h"
#include "sql/testing_bind.h"

namespace concordat::model {
namespace {

std::string Reason(const Json& model, const std::string& text) {
  const auto query = Ask(model, text);
  return query ? "" : query.error().reason;
}

// The same by the matrix: NaN where something is missing.
std::vector<double> ByMatrix(const Json& model, const std::vector<Person>& people) {
  auto formula = learning::ParseFormula(model["formula"].get<std::string>());
  formula->response.reset();
  learning::Schema schema = {{.name = "age", .levels = {}, .range = {}},
                             {.name = "cost", .levels = {}, .range = {}},
                             {.name = "region", .levels = {"north", "south"}, .range = {}}};
  const auto design = learning::Design::Bind(*formula, schema);
  const auto coefficients = model["coefficients"].get<std::vector<double>>();
  const auto link = learning::LinkNamed(model["link"].get<std::string>());
  std::vector<double> scores;
  for (const Person& person : people) {
    const double region = person.region == Value("north") ? 0 : person.region == Value("south") ? 1 : NAN;
    const auto* age = std::get_if<std::int64_t>(&person.age);
    const learning::Frame frame = design->Of({{{"age", {age == nullptr ? NAN : static_cast<double>(*age)}},
                                               {"cost", {NumberOf(person.cost)}},
                                               {"region", {region}}}});
    const Eigen::Map<const Eigen::VectorXd> beta(coefficients.data(),
                                                 static_cast<Eigen::Index>(coefficients.size()));
    scores.push_back(frame.size() == 0 ? NAN
                                       : learning::MeanOf(*link, (frame.x * beta)[0] + frame.offset[0]));
  }
  return scores;
}

TEST(Predict, SaysWhatTheModelMatrixSays) {
  const struct {
    const char* name;
    Json model;
  } cases[] = {
      {"numbers and a factor", LinearJson("ill ~ age + cost + region", {-3, 0.04, 0.02, 0.7})},
      {"without an intercept", LinearJson("ill ~ 0 + region + age", {-2, -1, 0.03})},
      {"interactions", LinearJson("ill ~ age * region", {-3, 0.04, 0.5, 0.01})},
      {"numbers that interact", LinearJson("ill ~ age * cost", {-1, 0.01, 0.02, 0.0005})},
      {"powers", LinearJson("ill ~ poly(age, 3, raw = TRUE)", {-3, 0.1, -0.002, 0.00001})},
      {"a square", LinearJson("ill ~ I((age - 50)^2) + cost", {-1, 0.0004, 0.01})},
      {"functions", LinearJson("ill ~ log(age + 1) + sqrt(age) + exp(cost / 100) + abs(cost)",
                               {-1, 0.2, -0.1, 0.3, 0.01})},
      {"other functions", LinearJson("ill ~ log2(age + 1) + log10(age + 1) + log1p(age) + expm1(cost / 50)",
                                     {-1, 0.2, -0.1, 0.3, 0.01})},
      {"an offset", LinearJson("visits ~ age + offset(log(age + 1))", {-3, 0.01}, "poisson", "log")},
      {"cloglog", LinearJson("ill ~ age", {-4, 0.05}, "binomial", "cloglog")},
      {"identity", LinearJson("cost ~ age + region", {5, 0.1, -3}, "gaussian", "identity")},
      {"inverse", LinearJson("cost ~ age", {0.5, 0.01}, "gamma", "inverse")},
      {"square root", LinearJson("visits ~ age", {1, 0.02}, "poisson", "sqrt")},
      {"inverse square", LinearJson("cost ~ age", {1, 0.02}, "inverse_gaussian", "1/mu^2")},
      {"far out", LinearJson("ill ~ age", {-900, 18})},
  };
  const std::vector<Person> people = People(200);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::vector<Value> scores = Scores(c.model, people);
    const std::vector<double> expected = ByMatrix(c.model, people);
    ASSERT_EQ(scores.size(), expected.size());
    int known = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      ASSERT_EQ(IsNull(scores[i]), std::isnan(expected[i])) << i;
      if (IsNull(scores[i])) continue;
      ++known;
      EXPECT_NEAR(NumberOf(scores[i]), expected[i], 1e-12 * std::max(1.0, std::abs(expected[i]))) << i;
    }
    EXPECT_GT(known, 150);
  }
}

// predict(glm(…), newdata, type = "response") of R 4.2: see the comment of each.
TEST(Predict, SaysWhatRSays) {
  // plogis(-3 + 0.04 * 50 + 0.02 * 12.5 + 0.7)
  const Json model = LinearJson("ill ~ age + cost + region", {-3, 0.04, 0.02, 0.7});
  const std::vector<Person> people = {{std::int64_t{50}, 12.5, std::string("south")},
                                      {std::int64_t{0}, -10.0, std::string("north")}};
  const auto scores = Scores(model, people);
  EXPECT_NEAR(NumberOf(scores[0]), 0.48750260351578967, 1e-15);
  EXPECT_NEAR(NumberOf(scores[1]), 0.039165722796764356, 1e-15);  // plogis(-3 - 0.2)
}

TEST(Predict, KnowsWhereItLies) {
  const struct {
    const char* name;
    Json model;
    double low, high;
  } cases[] = {
      {"a chance", LinearJson("ill ~ age", {-3, 0.04}), 0.047425873, 1},  // from plogis(-3)
      {"a line", LinearJson("cost ~ age", {5, 0.1}, "gaussian", "identity"), 5, 15},
      {"a level each", LinearJson("cost ~ region", {5, 2}, "gaussian", "identity"), 5, 7},
      {"a falling line", LinearJson("cost ~ age + region", {5, -0.1, 2}, "gaussian", "identity"), -5, 7},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto query = Ask(c.model, "SELECT avg(concordat.predict('risk')) FROM people");
    ASSERT_TRUE(query) << query.error().message;
    const auto& range = query->aggregates.front().argument->range;
    ASSERT_TRUE(range);
    EXPECT_NEAR(range->low, c.low, 1e-6);
    EXPECT_NEAR(range->high, c.high, 1e-6);
  }
}

TEST(Predict, IsPulledIntoTheRangeOfItsDocument) {
  Json model = LinearJson("cost ~ age", {5, 0.1}, "gaussian", "identity");
  model["range"] = {6, 9};
  const auto scores = Scores(model, {{std::int64_t{0}, 1.0, Null{}},
                                     {std::int64_t{20}, 1.0, Null{}},
                                     {std::int64_t{99}, 1.0, Null{}},
                                     {Null{}, 1.0, Null{}}});
  EXPECT_EQ(scores, (std::vector<Value>{6.0, 7.0, 9.0, Null{}}));
}

TEST(Predict, TakesInputsByNameAndInOrder) {
  const Json model = LinearJson("ill ~ age + region", {-3, 0.04, 0.7});
  const auto plain = Ask(model, "SELECT avg(concordat.predict('risk')) FROM people");
  for (const char* same : {"SELECT avg(concordat.predict('risk', age, region)) FROM people",
                           "SELECT avg(concordat.predict('risk', age => age)) FROM people",
                           "SELECT avg(concordat.predict('risk', region => region, age => age)) FROM people",
                           "SELECT avg(p) FROM (SELECT concordat.predict('risk') AS p FROM people) AS q"}) {
    const auto query = Ask(model, same);
    ASSERT_TRUE(query) << same << ": " << query.error().message;
    EXPECT_EQ(query->models.size(), 1u);
    if (std::string(same).find("FROM (") != std::string::npos) continue;
    EXPECT_TRUE(query->aggregates.front().argument == plain->aggregates.front().argument) << same;
  }
  for (const char* accepted :
       {"SELECT count(*) FROM people WHERE concordat.predict('risk', age => age + 1) > 0.5",
        "SELECT count(*) FILTER (WHERE concordat.predict('risk') > 0.5) FROM people",
        "SELECT avg(concordat.predict('risk', region => lower(note))) FROM people",
        "SELECT avg(concordat.predict('risk', age => day - DATE '2026-01-01')) FROM people",
        "SELECT CASE WHEN concordat.predict('risk') < 0.5 THEN 'low' ELSE 'high' END AS band, count(*) "
        "FROM people GROUP BY band",
        "SELECT width_bucket(concordat.predict('risk'), 0, 1, 10) AS bin, count(*) FROM people GROUP BY bin"})
    EXPECT_EQ(Reason(model, accepted), "") << accepted;
}

TEST(Predict, GroupsByBandsThatAreThereWhateverTheRows) {
  const Json model = LinearJson("ill ~ age", {-3, 0.04});
  const auto query = Ask(model,
                         "SELECT width_bucket(concordat.predict('risk'), 0, 1, 10) AS bin, count(*) "
                         "FROM people GROUP BY bin");
  ASSERT_TRUE(query) << query.error().message;
  ASSERT_TRUE(query->groups.front().domain);
  EXPECT_EQ(query->groups.front().domain->size(), 13u);  // 0 to 11, and NULL
}

TEST(Predict, RefusesWhatIsNoCall) {
  const Json model = LinearJson("ill ~ age + region", {-3, 0.04, 0.7});
  const struct {
    const char* text;
    const char* reason;
  } cases[] = {
      {"SELECT avg(concordat.predict()) FROM people", "model_arguments"},
      {"SELECT avg(concordat.predict(age)) FROM people", "model_arguments"},
      {"SELECT avg(concordat.predict('risk', age)) FROM people", "model_arguments"},
      {"SELECT avg(concordat.predict('risk', age, region, cost)) FROM people", "model_arguments"},
      {"SELECT avg(concordat.predict('risk', age, region => note)) FROM people", "model_arguments"},
      {"SELECT avg(concordat.predict('risk', years => age)) FROM people", "model_arguments"},
      {"SELECT avg(concordat.predict('risk', age => age, age => age)) FROM people", "model_arguments"},
      {"SELECT concordat.predict('risk') FROM people", "row_level_output"},
      {"SELECT avg(concordat.predict('risk', age => note)) FROM people", "type_mismatch"},
      {"SELECT avg(concordat.predict('risk', region => age)) FROM people", "type_mismatch"},
      {"SELECT avg(concordat.predict('risk', region => person)) FROM people", "unit_exposed"},
      {"SELECT avg(concordat.predict('risk', age => count(*))) FROM people", "nested_aggregate"},
      {"SELECT concordat.predict(DISTINCT 'risk') FROM people", "not_an_aggregate"},
      {"SELECT avg(predict('risk')) FROM people", "unknown_function"},
      {"SELECT avg(abs(x => age)) FROM people", "not_supported"},
  };
  for (const auto& c : cases) EXPECT_EQ(Reason(model, c.text), c.reason) << c.text;
  const auto missing = Ask(model, "SELECT avg(concordat.predict('risk')) FROM (SELECT age FROM people) AS q");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "unknown_column");
  EXPECT_EQ(missing.error().hint, "the model takes it: write region => and what stands for it");
  EXPECT_EQ(sql::BindText("SELECT avg(concordat.predict('risk')) FROM people").error().reason,
            "unknown_model");
}

TEST(Predict, IsNamedByExplain) {
  const auto query =
      Ask(LinearJson("ill ~ age", {-3, 0.04}), "SELECT avg(concordat.predict('risk')) FROM people");
  const auto plan = sql::MakePlan(std::make_shared<const sql::Query>(*query),
                                  {.budget = {Epsilon{1}, Delta{1e-6}}, .threshold = Delta{1e-9}});
  ASSERT_TRUE(plan);
  const auto lines = sql::Explain(*plan);
  const auto line = std::find_if(lines.begin(), lines.end(),
                                 [](const std::string& each) { return each.starts_with("model   risk: "); });
  ASSERT_NE(line, lines.end());
  EXPECT_TRUE(line->starts_with("model   risk: cleveland/risk version 1, glm, sha256 ")) << *line;
}

// A tree for regions and one for ages; the sum through a logistic link.
TEST(Predict, FollowsTrees) {
  const Json model = {{"concordat", "model/1"},
                      {"kind", "trees"},
                      {"link", "logit"},
                      {"base", 0.25},
                      {"inputs", {{{"name", "age"}}, {{"name", "region"}, {"levels", {"north", "south"}}}}},
                      {"response", {{"name", "ill"}}},
                      {"range", {0, 1}},
                      {"trees", {{0, 40, {0, 20, -1, 0.5}, 2}, {1, {1}, -0.75, 0.125}}}};
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto scores = Scores(model, {{std::int64_t{10}, Null{}, std::string("north")},
                                     {std::int64_t{20}, Null{}, std::string("south")},
                                     {std::int64_t{40}, Null{}, std::string("south")},
                                     {Null{}, Null{}, std::string("south")},
                                     {std::int64_t{40}, Null{}, std::string("nowhere")}});
  EXPECT_NEAR(NumberOf(scores[0]), logistic(0.25 - 1 + 0.125), 1e-15);
  EXPECT_NEAR(NumberOf(scores[1]), logistic(0.25 + 0.5 - 0.75), 1e-15);
  EXPECT_NEAR(NumberOf(scores[2]), logistic(0.25 + 2 - 0.75), 1e-15);
  EXPECT_TRUE(IsNull(scores[3]));
  EXPECT_TRUE(IsNull(scores[4]));
}

}  // namespace
}  // namespace concordat::model
