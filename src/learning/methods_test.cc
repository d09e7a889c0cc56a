#include <algorithm>
#include <nlohmann/json.hpp>

#include "learning/method.h"
#include "learning/options.h"
#include "learning/testing_fit.h"

namespace concordat::learning {
namespace {

TEST(MakeMethod, NamesThoseThereAre) {
  const std::vector<std::string> names = MethodNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  const auto method =
      MakeMethod({.method = "anovva", .formula = "y ~ a", .table = "t", .options = {}}, {}, {});
  ASSERT_FALSE(method);
  EXPECT_EQ(method.error().reason, "unknown_method");
  EXPECT_NE(method.error().hint.find("did you mean anova?"), std::string::npos);
  for (const std::string& name : names) EXPECT_NE(method.error().hint.find(name), std::string::npos) << name;
}

TEST(Options, AreReadOneByOne) {
  const Call call{.method = "glm",
                  .formula = {},
                  .table = {},
                  .options = {{"theta", Value(std::int64_t{2})},
                              {"link", Value("log")},
                              {"exact", Value(true)},
                              {"half", Value(0.5)}}};
  Options options(call);
  EXPECT_EQ(options.Number("theta", 1, 0, 10), 2);
  EXPECT_EQ(options.Whole("theta", 1, 0, 10), 2);
  EXPECT_EQ(options.Number("absent", 7, 0, 1), 7);
  EXPECT_EQ(options.Choice("link", {"identity", "log"}), "log");
  EXPECT_EQ(options.Choice("family", {"gaussian", "poisson"}), "gaussian");
  EXPECT_EQ(options.Flag("exact", false), true);
  const auto unread = options.End();
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().reason, "unknown_option");
  EXPECT_EQ(options.Number("half", 1, 0, 1), 0.5);
  EXPECT_TRUE(options.End());
  for (const auto& invalid :
       {options.Whole("half", 1, 0, 1).error(), options.Number("theta", 1, 0, 1).error(),
        options.Number("link", 1, 0, 1).error(), options.Flag("theta", true).error(),
        options.Text("theta", "").error(), options.Choice("link", {"identity"}).error()}) {
    EXPECT_EQ(invalid.reason, "option_invalid");
    EXPECT_FALSE(invalid.hint.empty());
  }
}

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
    const auto fitted = FitAmong(call, members);
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

const Schema kPeople = {{.name = "y", .levels = {}, .range = {}},
                        {.name = "sex", .levels = {"f", "m"}, .range = {}}};

// States come from other members.
TEST(Methods, RefuseStatesThatAreNotTheirs) {
  const struct {
    const char* method;
    const char* formula;
  } cases[] = {{"t_test", "y ~ sex"},
               {"anova", "y ~ sex"},
               {"correlation", "y + I(y^2)"},
               {"chi_square", "sex + site()"}};
  Schema schema = kPeople;
  schema.push_back({.name = std::string(kSite), .levels = {"a", "b"}, .range = {}});
  Rows none;
  for (const Field& field : schema) none.columns.push_back({.name = field.name, .values = {}});
  for (const auto& c : cases) {
    SCOPED_TRACE(c.method);
    const auto method =
        MakeMethod({.method = c.method, .formula = c.formula, .table = {}, .options = {}}, schema, {});
    ASSERT_TRUE(method) << method.error().message;
    EXPECT_EQ((*method)->Add(none, (*method)->Start())->numbers.size(),
              *(*method)->Length((*method)->Start()));
    for (const char* state :
         {"null", "{}", "[]", R"({"round": 2})", R"({"round": -1})", R"({"round": 1})",
          R"({"round": 1, "means": []})", R"({"round": 1, "means": [1e300, 0, 0]})",
          R"({"round": 1, "means": ["x", null, {}]})", R"({"round": "0"})", R"({"round": 0.5})"}) {
      EXPECT_FALSE((*method)->Length(Json::parse(state))) << state;
      EXPECT_FALSE((*method)->Add(none, Json::parse(state))) << state;
      const auto next = (*method)->Next(Json::parse(state), {});
      ASSERT_FALSE(next) << state;
      EXPECT_EQ(next.error().reason, "state_invalid") << state;
    }
  }
}

TEST(Methods, SayWhenASumCannotHoldAColumn) {
  const auto method =
      MakeMethod({.method = "t_test", .formula = "y ~ sex", .table = {}, .options = {}}, kPeople, {});
  ASSERT_TRUE(method);
  const Rows rows{.columns = {{"y", {1e300, 1}}, {"sex", {0, 1}}}};
  const auto added = (*method)->Add(rows, (*method)->Start());
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace concordat::learning
