#include "learning/design.h"

#include <cmath>
#include <limits>

namespace concordat::learning {
namespace {

Schema People() {
  return {{.name = "age", .levels = {}, .range = {{0, 100}}},
          {.name = "income", .levels = {}, .range = {}},
          {.name = "sex", .levels = {"female", "male"}, .range = {}},
          {.name = "region", .levels = {"north", "south", "west"}, .range = {}},
          {.name = "died", .levels = {}, .range = {{0, 1}}},
          {.name = std::string(kSite), .levels = {"budapest", "zurich"}, .range = {}}};
}

Design Bound(const char* text, const std::string& weights = {}) {
  auto formula = ParseFormula(text);
  EXPECT_TRUE(formula) << text;
  auto design = Design::Bind(*std::move(formula), People(), weights);
  EXPECT_TRUE(design) << design.error().message;
  return *std::move(design);
}

TEST(Design, RefusesWhatTheColumnsAreNot) {
  const struct {
    const char* text;
    const char* weights;
    const char* reason;
    const char* hint;  // a part of it
  } cases[] = {
      {"died ~ agge", "", "unknown_column", "did you mean age?"},
      {"died ~ xyzzy", "", "unknown_column", "there are age, income"},
      {"died ~ age", "wheight", "unknown_column", "there are"},
      {"died ~ log(sex)", "", "column_not_number", "sex"},
      {"died ~ age + offset(region)", "", "column_not_number", "region"},
      {"died ~ age", "sex", "column_not_number", "sex"},
      {"log(sex) ~ age", "", "column_not_number", "sex"},
      {"Surv(sex, died) ~ age", "", "column_not_number", "number"},
      {"died ~ age + strata(income)", "", "column_not_factor", "levels"},
      {"died ~ age + (1 | age)", "", "column_not_factor", "site()"},
      {"died ~ bs(income, knots = 3)", "", "range_needed", "Boundary.knots"},
      {"died ~ bs(age, knots = 100)", "", "knots_outside_range", "between 0 and 100"},
      {"died ~ ns(age, knots = c(1, 5), Boundary.knots = c(2, 9))", "", "knots_outside_range",
       "between 2 and 9"},
      {"died ~ poly(sex, 2, raw = TRUE)", "", "column_not_number", "sex"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto design = Design::Bind(*ParseFormula(c.text), People(), c.weights);
    ASSERT_FALSE(design);
    EXPECT_EQ(design.error().reason, c.reason) << design.error().message;
    EXPECT_NE(design.error().hint.find(c.hint), std::string::npos) << design.error().hint;
  }
}

TEST(Design, RefusesMatricesThatAreTooWide) {
  Schema schema = People();
  for (int i = 0; i < 30; ++i) schema[2].levels.push_back(std::to_string(i));
  for (int i = 0; i < 30; ++i) schema[3].levels.push_back(std::to_string(i));
  EXPECT_TRUE(Design::Bind(*ParseFormula("~ sex + region"), schema));
  for (const char* text : {"~ sex:region", "~ age + strata(sex, region)"}) {
    const auto design = Design::Bind(*ParseFormula(text), schema);
    ASSERT_FALSE(design) << text;
    EXPECT_EQ(design.error().reason, "too_many_terms");
  }
}

TEST(Design, ReadsNoMoreColumnsThanItNames) {
  EXPECT_EQ(Bound("died ~ log(age) + site()", "income").Columns(),
            (std::vector<std::string>{"age", "died", "income", "site()"}));
}

TEST(Design, LeavesOutRowsWithAnythingMissing) {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  Rows rows{.columns = {{"age", {50, missing, 50, 50, 50, 50, 0, 20}},
                        {"income", {2, 2, missing, -1, 2, 2, 2, 0}},
                        {"sex", {1, 1, 1, 1, 2, 0.5, 0, 0}},
                        {"region", {0, 0, 0, 0, 0, 0, 0, 2}},
                        {"died", {1, 1, 1, 1, 1, 1, 1, 0}},
                        {"site()", {1, 1, 1, 1, 1, 1, 1, 0}}}};
  const Frame frame = Bound("died ~ log(age) + sex + offset(age)", "income").Of(rows);
  // log(0) is not finite; a weight of 0 is a weight.
  ASSERT_EQ(frame.size(), 2);
  EXPECT_EQ(frame.x.row(0), Eigen::RowVector3d(1, std::log(50), 1));
  EXPECT_EQ(frame.x.row(1), Eigen::RowVector3d(1, std::log(20), 0));
  EXPECT_EQ(frame.y, Eigen::Vector2d(1, 0));
  EXPECT_EQ(frame.weights, Eigen::Vector2d(2, 0));
  EXPECT_EQ(frame.offset, Eigen::Vector2d(50, 20));
}

TEST(Design, LeavesOutRowsWhoseProductsAreTooLarge) {
  Rows rows{.columns = {{"age", {1e200, 2}}, {"income", {1e200, 3}}}};
  const Frame frame = Bound("~ age:income").Of(rows);
  ASSERT_EQ(frame.size(), 1);
  EXPECT_EQ(frame.x(0, 1), 6);
}

TEST(Design, KnowsEventsStrataAndGroups) {
  Rows rows{.columns = {{"age", {10, 20, 30, 40}},
                        {"income", {1, 2, 3, 4}},
                        {"sex", {1, 0, 1, 0}},
                        {"region", {0, 2, 1, 0}},
                        {"died", {1, 0, 0.5, 1}},
                        {"site()", {1, 1, 0, 0}}}};
  const Design design = Bound("Surv(age, died) ~ income + strata(sex, region) + (1 | site())");
  const Frame frame = design.Of(rows);
  ASSERT_EQ(frame.size(), 3);  // half an event is none that is known
  EXPECT_EQ(frame.y, Eigen::Vector3d(10, 20, 40));
  EXPECT_EQ(frame.status, Eigen::Vector3d(1, 0, 1));
  EXPECT_EQ(design.strata()[frame.stratum[0]], "sex=male, region=north");
  EXPECT_EQ(design.strata()[frame.stratum[1]], "sex=female, region=west");
  EXPECT_EQ(frame.group, (std::vector<std::size_t>{1, 1, 0}));
  EXPECT_EQ(design.groups()[frame.group[2]], "budapest");
}

TEST(Design, CodesAResponseWithLevels) {
  const Design design = Bound("region ~ age");
  EXPECT_EQ(design.response_levels(), People()[3].levels);
  Rows rows{.columns = {{"age", {1, 2, 3, 4}}, {"region", {0, 1, 2, 3}}}};
  EXPECT_EQ(design.Of(rows).y, Eigen::Vector3d(0, 1, 1));
}

TEST(Design, TakesScalesFromRanges) {
  const struct {
    const char* text;
    double centre, half;  // of the last column
  } cases[] = {
      {"~ age", 50, 50},
      {"~ 0 + age", 0, 100},
      {"~ income", 0, 1},
      {"~ sex", 0, 1},
      {"~ I(age - 50)", 0, 50},
      {"~ I(age^2)", 5000, 5000},
      {"~ I((age - 60)^2)", 1800, 1800},
      {"~ poly(age, 2, raw = TRUE)", 5000, 5000},
      {"~ sqrt(age)", 5, 5},
      {"~ log(age)", 0, 1},  // of 0 there is none
      {"~ log(age + 1)", std::log(101) / 2, std::log(101) / 2},
      {"~ I(1 / age)", 0, 1},
      {"~ I(10 / (age + 10))", (1 + 10.0 / 110) / 2, (1 - 10.0 / 110) / 2},
      {"~ abs(age - 60)", 30, 30},
      {"~ age:sex", 0, 100},
      {"~ exp(income)", 0, 1},
      {"~ exp(age * age)", 0, 1},  // has no finite end
      {"~ ns(age, knots = 50)", 0, 1},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const Scale scale = Bound(c.text).scales().back();
    EXPECT_NEAR(scale.centre, c.centre, 1e-12);
    EXPECT_NEAR(scale.half, c.half, 1e-12);
  }
}

TEST(Design, OfNoRowsHasItsColumnsAllTheSame) {
  const Design design = Bound("died ~ bs(age, knots = 50) * sex");
  Rows rows{.columns = {{"age", {}}, {"died", {}}, {"sex", {}}}};
  const Frame frame = design.Of(rows);
  EXPECT_EQ(frame.size(), 0);
  EXPECT_EQ(static_cast<std::size_t>(frame.x.cols()), design.terms().size());
}

}  // namespace
}  // namespace concordat::learning
