#include "learning/methods.h"

#include <nlohmann/json.hpp>

#include "learning/options.h"

namespace concordat::learning {
namespace {

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
    const auto method = MakeMethod(
        Methods(), {.method = c.method, .formula = c.formula, .table = {}, .options = {}}, schema, {});
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
  const auto method = MakeMethod(
      Methods(), {.method = "t_test", .formula = "y ~ sex", .table = {}, .options = {}}, kPeople, {});
  ASSERT_TRUE(method);
  const Rows rows{.columns = {{"y", {1e300, 1}}, {"sex", {0, 1}}}};
  const auto added = (*method)->Add(rows, (*method)->Start());
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace concordat::learning
