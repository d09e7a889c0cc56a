// What all of these methods promise of their rounds, and what each refuses by name.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/testing_members.h"
#include "methods/methods.h"

namespace concordat::methods {
namespace {

using namespace learning;

const Schema kSchema = {
    {.name = "time", .range = {{0, 200}}},     {.name = "died", .range = {{0, 1}}},
    {.name = "age", .range = {{0, 120}}},      {.name = "dose", .range = {{0, 50}}},
    {.name = "twice", .range = {{0, 100}}},    {.name = "one", .range = {{0, 10}}},
    {.name = "early", .range = {{0, 1}}},      {.name = "free"},
    {.name = "spike", .range = {{0, 1}}},      {.name = "sex", .levels = {"female", "male"}},
    {.name = "rare", .levels = {"no", "yes"}}, {.name = "site()", .levels = {"a", "b", "c"}},
    {.name = "entry", .range = {{-1, 200}}},   {.name = "late", .range = {{-1, 200}}},
    {.name = "weight", .range = {{0, 3}}},
};

constexpr Rules kLoose{.minimum_rows = 10, .minimum_cell = 1, .parameters_share = 1};
constexpr Rules kUsual{};

// Rows that a formula of numbers makes: nothing is drawn.
Rows People(std::size_t size) {
  Rows rows;
  for (const Field& field : kSchema) rows.columns.push_back({.name = field.name, .values = {}});
  for (std::size_t i = 0; i < size; ++i) {
    const auto wave = [&](double pace) { return std::abs(std::sin(static_cast<double>(i + 1) * pace)); };
    const double age = 20 + 60 * wave(1.7), dose = 50 * wave(0.9), male = wave(2.3) > 0.6 ? 1 : 0;
    const double time = std::floor(1 + 120 * wave(3.1) * (1.4 - age / 120 + 0.3 * male));
    const double died = wave(5.3) < 0.8 ? 1 : 0;
    const double values[] = {time,
                             died,
                             age,
                             dose,
                             2 * dose,
                             3,
                             died != 0 && time < 100 ? 1.0 : 0.0,
                             age,
                             i == 7 ? 1.0 : 0.0,
                             male,
                             i % 40 == 0 ? 1.0 : 0.0,
                             static_cast<double>(i % 3),
                             i % 2 == 0 ? -1 : std::floor(time / 2),
                             i % 60 == 0 ? time - 1 : -1,
                             0.5 + static_cast<double>(i % 4) / 2};
    for (std::size_t c = 0; c < rows.columns.size(); ++c) rows.columns[c].values.push_back(values[c]);
  }
  return rows;
}

struct Asked {
  const char* method;
  const char* formula;
  std::map<std::string, Value> options;
};

std::ostream& operator<<(std::ostream& out, const Asked& asked) {
  return out << asked.method << " " << asked.formula;
}

Outcome<std::unique_ptr<ExactMethod>> Make(const Asked& asked, const Rules& rules) {
  return methods::Make(
      {.method = asked.method, .formula = asked.formula, .table = "people", .options = asked.options},
      kSchema, rules);
}

const Asked kAsked[] = {
    {"cox", "Surv(time, died) ~ age + sex", {}},
    {"cox", "Surv(time, died) ~ age + strata(sex)", {{"ties", "breslow"}}},
    {"cox", "Surv(time, died) ~ age + offset(dose / 50)", {{"resolution", std::int64_t{7}}}},
    {"cox", "Surv(entry, time, died) ~ age", {{"ties", "breslow"}, {"weights", "weight"}}},
    {"kaplan_meier", "Surv(time, died) ~ sex", {}},
    {"kaplan_meier", "Surv(entry, time, died) ~ 1", {}},
    {"kaplan_meier", "Surv(time, died) ~ 1", {{"weights", "weight"}}},
    {"log_rank", "Surv(time, died) ~ sex", {}},
    {"pca", "~ age + dose + time", {{"scale", true}}},
    {"kmeans", "~ age + dose", {{"k", std::int64_t{3}}}},
    {"mixed", "dose ~ age + (1 | site())", {}},
};

std::vector<double> NumbersOf(const Fitted& fitted) {
  std::vector<double> numbers;
  for (const Row& row : fitted.rows)
    for (const Value& value : row)
      if (const auto* number = std::get_if<double>(&value)) numbers.push_back(*number);
  return numbers;
}

void ExpectNear(const std::vector<double>& a, const std::vector<double>& b, double within) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_NEAR(a[i], b[i], within * std::max(1.0, std::abs(b[i]))) << i;
}

TEST(Rounds, DoNotDependOnWhoHoldsWhichRows) {
  const Rows people = People(240);
  for (const Asked& asked : kAsked) {
    SCOPED_TRACE(testing::PrintToString(asked));
    const auto method = Make(asked, kUsual);
    ASSERT_TRUE(method) << method.error().message;
    const auto one = FitOver(**method, {people});
    ASSERT_TRUE(one) << one.error().message;
    // Sites are members: with three, each holds one.
    auto several = Deal(people, 3);
    several.push_back(Deal(Rows{people.columns}, 1000).back());  // a member without rows
    const auto all = FitOver(**method, several);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_FALSE(NumbersOf(*one).empty());
    ExpectNear(NumbersOf(*all), NumbersOf(*one), 1e-12);
  }
}

TEST(Rounds, LeaveRowsWithMissingValuesOut) {
  const Rows people = People(240);
  Rows more = People(300);
  for (Column& column : more.columns)
    for (std::size_t i = 240; i < 300; ++i) column.values[i] = NAN;
  for (const Asked& asked : kAsked) {
    SCOPED_TRACE(testing::PrintToString(asked));
    const auto method = Make(asked, kUsual);
    ExpectNear(NumbersOf(*FitOver(**method, {more})), NumbersOf(*FitOver(**method, {people})), 1e-13);
  }
}

// A part of every state at a time: gone, of another kind, too large, or too long.
TEST(Rounds, CheckStatesOfOthers) {
  const Json wrong[] = {
      nullptr, "x", -1e301, 1e301, Json::array({1e301}), Json::array({Json::array({"y"})}), Json::object()};
  for (const Asked& asked : kAsked) {
    const auto method = Make(asked, kUsual);
    std::vector<Json> states;
    ASSERT_TRUE(FitOver(**method, {People(240)}, &states));
    for (const Json& state : states) {
      for (const auto& [key, part] : state.items()) {
        for (const Json& other : wrong) {
          SCOPED_TRACE(testing::PrintToString(asked) + " " + key + " " + other.dump());
          Json changed = state;
          changed[key] = other;
          const auto added = (*method)->Add(People(5), changed);
          ASSERT_FALSE(added);
          EXPECT_EQ(added.error().code, ErrorCode::kInvalidArgument);
          EXPECT_FALSE((*method)->Length(changed));
          EXPECT_EQ((*method)->Next(changed, {}).error().reason, "state_invalid");
        }
      }
      EXPECT_EQ((*method)->Next(state, std::vector<double>(2)).error().reason, "state_invalid");
    }
    for (const Json& other : {Json(), Json(3), Json::array(), Json::object()})
      EXPECT_FALSE((*method)->Length(other));
  }
}

TEST(Rounds, RefuseCallsByName) {
  const struct {
    Asked asked;
    const char* reason;
  } cases[] = {
      {{"cox", "age ~ sex", {}}, "survival_response"},
      {{"cox", "Surv(age + 1, died) ~ sex", {}}, "survival_response"},
      {{"cox", "Surv(free, died) ~ sex", {}}, "range_needed"},
      {{"cox", "Surv(time, died) ~ age", {{"resolution", 0.01}}}, "grid_too_fine"},
      {{"cox", "Surv(time, died) ~ 1", {}}, "formula_syntax"},
      {{"cox", "Surv(time, died) ~ age + (1 | site())", {}}, "not_supported"},
      {{"cox", "Surv(time, died) ~ age", {{"ties", "exact"}}}, "option_invalid"},
      {{"cox", "Surv(time, died) ~ age", {{"tie", "efron"}}}, "unknown_option"},
      {{"cox", "Surv(sex, time, died) ~ age", {}}, "column_not_number"},
      {{"cox", "Surv(time, died) ~ age", {{"weights", "sex"}}}, "column_not_number"},
      {{"cox", "Surv(time, died) ~ age", {{"weights", "heft"}}}, "unknown_column"},
      {{"cox", "cbind(time, died) ~ age", {}}, "formula_not_supported"},
      {{"log_rank", "Surv(entry, time, died) ~ sex", {}}, "formula_not_supported"},
      {{"log_rank", "Surv(time, died) ~ sex", {{"weights", "weight"}}}, "unknown_option"},
      {{"mixed", "Surv(entry, time, died) ~ age + (1 | site())", {}}, "formula_not_supported"},
      {{"kaplan_meier", "Surv(time, died) ~ log(age)", {}}, "groups_needed"},
      {{"kaplan_meier", "Surv(time, died) ~ age", {}}, "column_not_factor"},
      {{"log_rank", "Surv(time, died) ~ 1", {}}, "groups_needed"},
      {{"pca", "~ age + sex", {}}, "columns_needed"},
      {{"pca", "age ~ dose", {}}, "columns_needed"},
      {{"pca", "~ age * dose", {}}, "columns_needed"},
      {{"kmeans", "~ free", {}}, "range_needed"},
      {{"kmeans", "~ age", {{"k", std::int64_t{0}}}}, "option_invalid"},
      {{"mixed", "dose ~ age", {}}, "random_site"},
      {{"mixed", "dose ~ age + (1 | sex)", {}}, "random_site"},
      {{"mixed", "sex ~ age + (1 | site())", {}}, "column_not_number"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.asked));
    const auto method = Make(c.asked, kUsual);
    ASSERT_FALSE(method);
    EXPECT_EQ(method.error().reason, c.reason) << method.error().message;
    EXPECT_FALSE(method.error().hint.empty());
  }
}

TEST(Rounds, RefuseDataByName) {
  const struct {
    Asked asked;
    std::size_t rows;
    Rules rules;
    const char* reason;
  } cases[] = {
      {{"cox", "Surv(time, died) ~ age", {}}, 40, kUsual, "too_few_rows"},
      {{"cox", "Surv(time, died) ~ age + dose", {}}, 60, {.parameters_share = 0.01}, "too_many_parameters"},
      {{"cox", "Surv(time, died) ~ early", {}}, 240, kLoose, "separated"},
      {{"cox", "Surv(time, died) ~ dose + twice", {}}, 240, kUsual, "collinear"},
      {{"cox", "Surv(time, died) ~ one", {}}, 240, kUsual, "constant_column"},
      {{"cox", "Surv(time, died) ~ age + rare", {}}, 240, kUsual, "level_too_small"},
      {{"cox", "Surv(time, died) ~ age + strata(rare)", {}}, 240, kUsual, "too_few_events"},
      {{"cox", "Surv(time, died) ~ age", {{"max_rounds", std::int64_t{3}}}}, 240, kUsual, "not_converged"},
      {{"cox", "Surv(late, time, died) ~ age", {{"ties", "breslow"}}}, 240, kUsual, "too_few_rows"},
      {{"kaplan_meier", "Surv(late, time, died) ~ 1", {{"weights", "weight"}}}, 240, kUsual, "too_few_rows"},
      {{"kaplan_meier", "Surv(time, died) ~ rare", {{"weights", "weight"}}},
       240,
       {.minimum_rows = 5},
       "too_few_events"},
      {{"mixed", "spike ~ age + (1 | site())", {}}, 240, kUsual, "leverage_too_high"},
      {{"kaplan_meier", "Surv(time, died) ~ rare", {}}, 240, kUsual, "too_few_rows"},
      {{"kaplan_meier", "Surv(time, died) ~ rare", {}}, 240, {.minimum_rows = 5}, "too_few_events"},
      {{"log_rank", "Surv(time, died) ~ rare", {}}, 240, {.minimum_rows = 5}, "too_few_events"},
      {{"log_rank", "Surv(time, died) ~ rare", {}}, 1, {.minimum_rows = 1}, "groups_needed"},
      {{"kaplan_meier", "Surv(time, died) ~ 1", {}}, 0, {.minimum_rows = 0}, "too_few_rows"},
      {{"pca", "~ age + dose", {}}, 49, kUsual, "too_few_rows"},
      {{"pca", "~ age + spike", {}}, 240, kUsual, "leverage_too_high"},
      {{"pca", "~ age + one", {{"scale", true}}}, 60, kUsual, "constant_column"},
      {{"kmeans", "~ age + dose", {{"k", std::int64_t{8}}}},
       60,
       {.parameters_share = 1},
       "cluster_too_small"},
      {{"kmeans", "~ age + dose", {{"k", std::int64_t{3}}, {"max_rounds", std::int64_t{1}}}},
       240,
       kUsual,
       "not_converged"},
      {{"mixed", "dose ~ age + (1 | site())", {}}, 45, kUsual, "too_few_rows"},
      {{"mixed", "dose ~ twice + (1 | site())", {}}, 60, kUsual, "saturated"},
      {{"mixed", "age ~ dose + twice + (1 | site())", {}}, 60, kUsual, "collinear"},
      {{"mixed", "dose ~ age + (1 | site())", {}}, 1, kLoose, "too_few_rows"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.asked));
    const auto method = Make(c.asked, c.rules);
    ASSERT_TRUE(method) << method.error().message;
    const auto fitted = FitOver(**method, Deal(People(c.rows), 3));
    ASSERT_FALSE(fitted);
    EXPECT_EQ(fitted.error().reason, c.reason) << fitted.error().message;
    EXPECT_FALSE(fitted.error().hint.empty());
  }
}

// A state that makes one row outweigh the others makes the member's rows count for few.
TEST(Cox, CountsRowsByTheirWeights) {
  const auto method = Make({"cox", "Surv(time, died) ~ dose", {}}, kUsual);
  std::vector<Json> states;
  ASSERT_TRUE(FitOver(**method, {People(240)}, &states));
  Json steep = states.back();
  EXPECT_GT((*method)->Add(People(240), steep)->effective_rows, 50);
  steep["scale"] = {0.5};
  steep["centre"] = {50};
  steep["beta"] = {5};
  EXPECT_LT((*method)->Add(People(240), steep)->effective_rows, 10);
  steep["beta"] = {-5};
  EXPECT_EQ((*method)->Add(People(240), steep).error().code, ErrorCode::kResourceExhausted);
}

// What later states carry of times is joined until it shows no few people.
TEST(Cox, CarriesIntervalsWithEnoughEvents) {
  const auto method = Make({"cox", "Surv(time, died) ~ age + strata(sex)", {}}, kUsual);
  std::vector<Json> states;
  ASSERT_TRUE(FitOver(**method, {People(240)}, &states));
  for (const Json& stratum : states.back()["events"]) {
    EXPECT_GT(stratum.size(), 1U);
    for (const Json& events : stratum) EXPECT_GE(events, 10);
  }
}

TEST(KaplanMeier, ShowsStepsWithEnoughEvents) {
  const auto fine = FitOver(**Make({"kaplan_meier", "Surv(time, died) ~ 1", {}}, kLoose), {People(240)});
  const auto joined = FitOver(**Make({"kaplan_meier", "Surv(time, died) ~ 1", {}}, kUsual), {People(240)});
  ASSERT_TRUE(fine && joined);
  EXPECT_LT(joined->rows.size(), fine->rows.size());
  std::int64_t fine_events = 0, joined_events = 0;
  for (const Row& row : fine->rows) fine_events += std::get<std::int64_t>(row[3]);
  for (const Row& row : joined->rows) {
    EXPECT_GE(std::get<std::int64_t>(row[3]), 10);
    joined_events += std::get<std::int64_t>(row[3]);
  }
  EXPECT_EQ(joined_events, fine_events);
  EXPECT_EQ(joined->rows.back()[4], fine->rows.back()[4]);
}

TEST(Kmeans, StartsFromTheSeedAlone) {
  const auto start = [](std::int64_t seed) {
    return (*Make({"kmeans", "~ age + dose", {{"k", std::int64_t{3}}, {"seed", seed}}}, kUsual))->Start();
  };
  EXPECT_EQ(start(1), start(1));
  EXPECT_NE(start(1), start(2));
}

// No state but the first holds a mean of fewer rows than a cell may show.
TEST(Kmeans, MovesClustersThatAreTooSmall) {
  const auto method =
      Make({"kmeans", "~ age + dose", {{"k", std::int64_t{5}}, {"seed", std::int64_t{4}}}}, kUsual);
  const auto fitted = FitOver(**method, {People(240)});
  ASSERT_TRUE(fitted) << fitted.error().message;
  EXPECT_GT(fitted->model["moves"], 0);
  for (const Row& row : fitted->rows) EXPECT_GE(std::get<std::int64_t>(row[1]), 10);
}

}  // namespace
}  // namespace concordat::methods
