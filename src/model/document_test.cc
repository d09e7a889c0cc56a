#include "model/document.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "model/fitted.h"
#include "model/testing_model.h"

namespace concordat::model {
namespace {

Json TreesJson() {
  return {{"concordat", "model/1"},
          {"kind", "trees"},
          {"link", "identity"},
          {"base", 1},
          {"inputs", {{{"name", "age"}}, {{"name", "region"}, {"levels", {"north", "south"}}}}},
          {"response", {{"name", "cost"}}},
          {"trees", {{0, 40, 1, 2}, {1, {0}, 3, 4}, 5}}};
}

TEST(ReadModel, ReadsWhatIsOne) {
  const auto linear = ReadModel(LinearJson("ill ~ age + region", {-3, 0.04, 0.7}));
  ASSERT_TRUE(linear) << linear.error().message;
  EXPECT_EQ(linear->kind, "glm");
  EXPECT_EQ(linear->inputs.size(), 2u);
  EXPECT_EQ(linear->range, (catalogue::Range{0, 1}));
  EXPECT_EQ(linear->sha256.size(), 64u);
  EXPECT_TRUE(ReadModel(TreesJson()));
  const auto columns = ColumnsOf(*linear);
  EXPECT_EQ(columns[0].range, (catalogue::Range{0, 100}));
  EXPECT_EQ(columns[1].domain, (std::vector<Value>{"north", "south"}));
}

TEST(ReadModel, HashesItsMeaningAndNotItsSpelling) {
  const Json json = LinearJson("ill ~ age", {-3, 0.04});
  EXPECT_EQ(ReadModelText(json.dump(2))->sha256, ReadModelText(json.dump())->sha256);
  EXPECT_NE(ReadModel(LinearJson("ill ~ age", {-3, 0.05}))->sha256, ReadModel(json)->sha256);
}

TEST(ReadModel, RefusesWhatIsNone) {
  using Change = std::function<void(Json&)>;
  const struct {
    const char* name;
    Change change;
    const char* said;
  } cases[] = {
      {"another format", [](Json& j) { j["concordat"] = "model/2"; }, "another format"},
      {"no kind", [](Json& j) { j.erase("kind"); }, "kind is missing"},
      {"another kind", [](Json& j) { j["kind"] = "cox"; },
       "kind is none of glm, lm, penalised, trees, boost, network"},
      {"a field too many", [](Json& j) { j["program"] = "x"; }, "a field that it cannot have"},
      {"no inputs", [](Json& j) { j["inputs"] = Json::array(); }, "inputs is not a list of some"},
      {"an input twice", [](Json& j) { j["inputs"].push_back(j["inputs"][0]); }, "two inputs have one name"},
      {"a name that is no column's", [](Json& j) { j["inputs"][0]["name"] = "a; b"; },
       "not called as columns are"},
      {"levels twice",
       [](Json& j) {
         j["inputs"][1]["levels"] = {"north", "north"};
       },
       "each once"},
      {"a range upside down",
       [](Json& j) {
         j["inputs"][0]["range"] = {2, 1};
       },
       "the lower one first"},
      {"an input that is not read",
       [](Json& j) {
         j["inputs"].push_back({{"name", "shoe"}});
       },
       "does not read shoe"},
      {"an input that is missing", [](Json& j) { j["inputs"].erase(1); }, "not of its inputs"},
      {"no formula", [](Json& j) { j["formula"] = "ill ~~"; }, "its formula is not one"},
      {"survival", [](Json& j) { j["formula"] = "Surv(age, ill) ~ region"; }, "another kind of model"},
      {"a spline", [](Json& j) { j["formula"] = "ill ~ bs(age, knots = c(50)) + region"; },
       "has no form in SQL"},
      {"terms of another", [](Json& j) { j["terms"][2] = "regionnorth"; }, "not those of its formula"},
      {"too few coefficients", [](Json& j) { j["coefficients"].erase(0); }, "not as many coefficients"},
      {"a coefficient that is none", [](Json& j) { j["coefficients"][0] = nullptr; }, "is not a number"},
      {"a huge coefficient", [](Json& j) { j["coefficients"][0] = 1e300; }, "is past"},
      {"probit", [](Json& j) { j["link"] = "probit"; }, "probit has no form in SQL"},
      {"a link of another family", [](Json& j) { j["link"] = "inverse"; }, "has no link"},
      {"a chance without ends", [](Json& j) { j.erase("range"); }, "range is missing"},
      {"a card that is none", [](Json& j) { j["card"] = 3; }, "card is not an object"},
      {"trees of its own", [](Json& j) { j["trees"] = Json::array(); }, "a field that it cannot have"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json json = LinearJson("ill ~ age + region", {-3, 0.04, 0.7});
    c.change(json);
    const auto read = ReadModel(json);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(c.said), std::string::npos) << read.error().message;
  }
}

TEST(ReadModel, RefusesTreesThatAreNone) {
  const struct {
    const char* name;
    Json trees;
    const char* said;
  } cases[] = {
      {"three parts", {{0, 40, 1}}, "a branch is not"},
      {"an input that is not there", {{2, 40, 1, 2}}, "a branch is not"},
      {"a level for a number", {{0, {0}, 1, 2}}, "a threshold is not a number"},
      {"a number for a level", {{1, 0.5, 1, 2}}, "some of its input's levels"},
      {"all levels", {{1, {0, 1}, 1, 2}}, "some of its input's levels"},
      {"a level that is not there", {{1, {7}, 1, 2}}, "a level that there is not"},
      {"a leaf that is a text", {{0, 40, "x", 2}}, "a leaf is not a number"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json json = TreesJson();
    json["trees"] = c.trees;
    const auto read = ReadModel(json);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(c.said), std::string::npos) << read.error().message;
  }
  Json deep = TreesJson();
  Json node = 1;
  for (int i = 0; i < 20; ++i) node = Json::array({0, i, node, 0});
  deep["trees"] = Json::array({node});
  EXPECT_EQ(ReadModel(deep).error().code, ErrorCode::kResourceExhausted);
}

// What learning::Glm leaves, in short.
Json FittedJson() {
  return {{"kind", "glm"},
          {"call",
           {{"method", "glm"},
            {"formula", "ill ~ age + region"},
            {"table", "people"},
            {"options", Json::object()}}},
          {"columns",
           {{{"name", "age"}, {"range", {0, 100}}},
            {{"name", "ill"}, {"levels", {"no", "yes"}}},
            {{"name", "region"}, {"levels", {"north", "south"}}}}},
          {"response_levels", {"no", "yes"}},
          {"family", "binomial"},
          {"link", "logit"},
          {"rows", 500},
          {"deviance", 612.5},
          {"terms", {"(Intercept)", "age", "regionsouth"}},
          {"coefficients", {-3, 0.04, 0.7}},
          {"covariance", Json::array()}};
}

TEST(DocumentOf, MakesAModelOfAFit) {
  const auto document = DocumentOf(FittedJson(), {});
  ASSERT_TRUE(document) << document.error().message;
  const auto read = ReadModel(*document);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->response.name, "ill");
  EXPECT_EQ(read->response.levels, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(read->inputs.size(), 2u);
  EXPECT_EQ((*document)["card"]["deviance"], 612.5);
  EXPECT_FALSE(document->contains("covariance"));
}

TEST(DocumentOf, RefusesWhatSqlHasNoFormOf) {
  Json fitted = FittedJson();
  fitted["kind"] = "cox";
  EXPECT_EQ(DocumentOf(fitted, {}).error().reason, "model_not_expressible");
  fitted = FittedJson();
  fitted["call"]["formula"] = "ill ~ age + site()";
  EXPECT_EQ(DocumentOf(fitted, {}).error().reason, "model_not_expressible");
  fitted = FittedJson();
  fitted.erase("terms");
  EXPECT_EQ(DocumentOf(fitted, {}).error().reason, "model_not_expressible");
  EXPECT_EQ(DocumentOf(3, {}).error().reason, "model_not_expressible");
}

TEST(DocumentOf, TakesOneOfAPath) {
  Json fitted = FittedJson();
  fitted["kind"] = "penalised";
  fitted.erase("coefficients");
  fitted["path"] = {{{"lambda", 0.5}, {"coefficients", {-1, 0, 0}}},
                    {{"lambda", 0.25}, {"coefficients", {-2, 0.01, 0}}}};
  EXPECT_EQ(DocumentOf(fitted, {}).error().reason, "option_invalid");
  const auto one = DocumentOf(fitted, {.range = {}, .lambda = 0.25});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ((*one)["coefficients"], Json({-2, 0.01, 0}));
}

}  // namespace
}  // namespace concordat::model
