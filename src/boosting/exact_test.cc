// Boosting: by hand, over any members alike, and what it refuses. Held against XGBoost by test/learning.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "boosting/methods.h"
#include "boosting/model.h"
#include "boosting/random.h"
#include "learning/testing_fit.h"
#include "learning/testing_members.h"

namespace concordat::boosting {
namespace {

constexpr Rules kLoose{.minimum_rows = 4, .minimum_cell = 1, .parameters_share = 100};
const Schema kSmall = {{.name = "x", .range = {{0, 4}}},
                       {.name = "y", .range = {{0, 10}}},
                       {.name = "colour", .levels = {"red", "green", "blue"}}};

Call Asked(std::string formula, std::map<std::string, Value> options = {}) {
  return {.method = "boost", .formula = std::move(formula), .table = "people", .options = std::move(options)};
}

Fitted Fit(const Call& call, const Schema& schema, const std::vector<Rows>& members, const Rules& rules) {
  const auto method = MakeBoost(call, schema, rules);
  EXPECT_TRUE(method) << method.error().message;
  auto fitted = FitOver(**method, members);
  EXPECT_TRUE(fitted) << fitted.error().message;
  return fitted ? *fitted : Fitted();
}

// Responses 1, 1, 5, 9 from a mean of 4: gradients 3, 3, -1, -5. Without lambda the best cut is behind the
// second row: 6^2 / 2 on both sides, and half the step to the means 1 and 7.
TEST(Boost, FitsAStumpByHand) {
  const Rows rows{.columns = {{"x", {0.5, 1.5, 2.5, 3.5}}, {"y", {1, 1, 5, 9}}, {"colour", {0, 0, 1, 2}}}};
  const auto fitted = Fit(Asked("y ~ x", {{"objective", "regression"},
                                          {"trees", std::int64_t{1}},
                                          {"depth", std::int64_t{1}},
                                          {"eta", 0.5},
                                          {"lambda", std::int64_t{0}}}),
                          kSmall, {rows}, kLoose);
  ASSERT_EQ(fitted.rows.size(), 1U);
  EXPECT_EQ(fitted.rows[0], (Row{"x", std::int64_t{1}, 36.0, 1.0}));
  EXPECT_EQ(fitted.model["trees"][0], Json::parse("[[0, 2, 0, 36.0], -1.5, 1.5]"));
  EXPECT_EQ(fitted.model["base_score"], 4.0);
}

// With lambda 1 a side of two rows gains 36 / 3, and its step is 6 / 3.
TEST(Boost, PullsLeavesByLambda) {
  const Rows rows{.columns = {{"x", {0.5, 1.5, 2.5, 3.5}}, {"y", {1, 1, 5, 9}}, {"colour", {0, 0, 1, 2}}}};
  const auto fitted = Fit(Asked("y ~ x", {{"objective", "regression"},
                                          {"trees", std::int64_t{1}},
                                          {"depth", std::int64_t{1}},
                                          {"eta", std::int64_t{1}}}),
                          kSmall, {rows}, kLoose);
  EXPECT_EQ(fitted.model["trees"][0], Json::parse("[[0, 2, 0, 24.0], -2.0, 2.0]"));
}

// Levels are ordered by their gradients: red and blue against green.
TEST(Boost, SplitsLevelsIntoSets) {
  const Rows rows{
      .columns = {{"x", {1, 1, 1, 1, 1, 1}}, {"y", {9, 9, 1, 1, 8, 8}}, {"colour", {0, 0, 1, 1, 2, 2}}}};
  const auto fitted = Fit(Asked("y ~ colour", {{"objective", "regression"},
                                               {"trees", std::int64_t{1}},
                                               {"depth", std::int64_t{1}},
                                               {"lambda", std::int64_t{0}},
                                               {"eta", std::int64_t{1}}}),
                          kSmall, {rows}, kLoose);
  const Json split = fitted.model["trees"][0][0];
  EXPECT_EQ(split[1], "2") << split;  // green goes right
  EXPECT_NEAR(fitted.model["trees"][0][1].get<double>(), 2.5, 1e-6);
  EXPECT_NEAR(fitted.model["trees"][0][2].get<double>(), -5, 1e-6);
}

// Missing values go to the side that suits their responses, whichever it is.
TEST(Boost, LearnsWhereMissingValuesGo) {
  for (const double missing : {9.0, 1.0}) {
    const Rows rows{.columns = {{"x", {1, 1, 3, 3, NAN, NAN}},
                                {"y", {1, 1, 9, 9, missing, missing}},
                                {"colour", {0, 0, 0, 0, 0, 0}}}};
    const auto fitted = Fit(
        Asked("y ~ x", {{"objective", "regression"}, {"trees", std::int64_t{1}}, {"depth", std::int64_t{1}}}),
        kSmall, {rows}, kLoose);
    EXPECT_EQ(fitted.model["trees"][0][0][2], missing == 1 ? 1 : 0);
    const auto model = ReadBoostModel(fitted.model);
    ASSERT_TRUE(model);
    const Eigen::ArrayXd means = PredictBoost(*model, rows);
    EXPECT_EQ(means[4], missing == 1 ? means[0] : means[2]);
  }
}

const char* const kFormula = "ill ~ age + cost + visits + sex + region + empty + site()";

Schema WithSite() {
  Schema schema = PeopleSchema();
  schema.push_back({.name = std::string(kSite), .levels = {"a", "b", "c", "d"}, .range = {}});
  return schema;
}

Rows PeopleAtSites(std::size_t size) {
  Rows rows = People(size, 1).front();
  Column site{std::string(kSite), {}};
  for (std::size_t i = 0; i < size; ++i) site.values.push_back(static_cast<double>(i % 4));
  rows.columns.push_back(std::move(site));
  return rows;
}

// The very same model, to the last digit: sums are exact.
TEST(Boost, IsTheSameWhoeverHasTheRowsAndInWhateverOrder) {
  const Rows people = PeopleAtSites(600);
  Rows reversed = people;
  for (Column& column : reversed.columns) std::reverse(column.values.begin(), column.values.end());
  for (const char* objective : {"binary", "regression", "count"}) {
    const std::string formula =
        objective == std::string("binary") ? kFormula : "visits ~ age + cost + sex + ill";
    const Call call =
        Asked(formula, {{"objective", objective}, {"trees", std::int64_t{12}}, {"depth", std::int64_t{3}}});
    const Fitted one = Fit(call, WithSite(), {people}, {});
    EXPECT_EQ(one.model, Fit(call, WithSite(), Deal(people, 4), {}).model) << objective;
    EXPECT_EQ(one.model, Fit(call, WithSite(), Deal(reversed, 7), {}).model) << objective;
    EXPECT_EQ(one.model["trees"].size(), 12U) << objective;
  }
}

// What is kept between rounds makes no difference, nor does it mislead when another fit's is handed back.
TEST(Boost, KeepsWhatSpeedsRoundsAlone) {
  const auto method =
      MakeBoost(Asked(kFormula, {{"trees", std::int64_t{4}}, {"depth", std::int64_t{3}}}), WithSite(), {});
  ASSERT_TRUE(method);
  const Rows people = PeopleAtSites(300);
  std::vector<Json> states;
  ASSERT_TRUE(FitOver(**method, Deal(people, 2), &states));
  std::unique_ptr<Kept> kept;
  for (const Json& state : states)
    EXPECT_EQ((*method)->AddAgain(people, state, kept)->numbers, (*method)->Add(people, state)->numbers);
  for (auto state = states.rbegin(); state != states.rend(); ++state)
    EXPECT_EQ((*method)->AddAgain(people, *state, kept)->numbers, (*method)->Add(people, *state)->numbers);
}

// Rows without a response are left out; rows without features are not.
TEST(Boost, LeavesOutRowsWithoutAResponseAlone) {
  const auto method = MakeBoost(Asked(kFormula), WithSite(), {});
  ASSERT_TRUE(method);
  Rows people = PeopleAtSites(100);
  for (Column& column : people.columns)
    for (std::size_t i = 0; i < 30; ++i)
      if (column.name != "ill" || i < 10) column.values[i] = NAN;
  EXPECT_EQ((*method)->Add(people, (*method)->Start())->effective_rows, 90);
}

double RowsIn(const BoostModel& model, const Rows& rows, std::size_t tree, double weight) {
  const BoostModel one{.objective = {.kind = Objective::Kind::kRegression},
                       .columns = model.columns,
                       .bins = model.bins,
                       .base_score = 0,
                       .trees = {model.trees[tree]}};
  return static_cast<double>((PredictBoost(one, rows) == weight).count());
}

TEST(Boost, MakesNoLeafOfFewRows) {
  const Rows people = PeopleAtSites(600);
  const Rules rules{.minimum_rows = 50, .minimum_cell = 25, .parameters_share = 1};
  const auto model =
      ReadBoostModel(Fit(Asked(kFormula, {{"trees", std::int64_t{8}}, {"min_child_weight", std::int64_t{0}}}),
                         WithSite(), {people}, rules)
                         .model);
  ASSERT_TRUE(model);
  int leaves = 0;
  for (std::size_t tree = 0; tree < model->trees.size(); ++tree) {
    for (const BoostNode& node : model->trees[tree].nodes) {
      if (node.kind != BoostNode::Kind::kLeaf) continue;
      EXPECT_GE(RowsIn(*model, people, tree, node.weight), 25);
      ++leaves;
    }
  }
  EXPECT_GT(leaves, 16);
}

// Predictions follow the sign at every value, and what may only fall where the response rises is not used.
TEST(Boost, HoldsMonotoneConstraints) {
  const auto fit = [](const char* formula, std::map<std::string, Value> options) {
    options.insert({"trees", std::int64_t{5}});
    options.insert({"depth", std::int64_t{4}});
    options.insert({"objective", "regression"});
    const Rules rules{.minimum_cell = 10, .parameters_share = 10};
    return Fit(Asked(formula, std::move(options)), PeopleSchema(), People(600, 3), rules);
  };
  const Rows people = People(600, 1).front();
  const auto falls = [&](const Fitted& fitted, const char* column) {
    double most = 0;
    Rows rows = people;
    auto& values = std::find_if(rows.columns.begin(), rows.columns.end(), [&](const Column& c) {
                     return c.name == column;
                   })->values;
    Eigen::ArrayXd before = Eigen::ArrayXd::Constant(600, -1e9);
    for (double value = 0; value <= 80; ++value) {
      std::fill(values.begin(), values.end(), value);
      const Eigen::ArrayXd now = PredictBoost(*ReadBoostModel(fitted.model), rows);
      most = std::max(most, (before - now).maxCoeff());
      before = now;
    }
    return most;
  };
  const char* const formula = "change ~ age + visits + sex";
  EXPECT_GT(falls(fit(formula, {}), "age"), 0.01);
  EXPECT_LE(falls(fit(formula, {{"monotone", "age:+1"}}), "age"), 0);
  EXPECT_LE(falls(fit(formula, {{"monotone", "age: 1,visits:+1"}}), "visits"), 0);
  const auto opposed = fit("cost ~ age + sex", {{"monotone", "age:-1"}});
  EXPECT_EQ(std::get<std::int64_t>(opposed.rows[0][1]), 0) << "cost rises with age";
}

// Whoever has which rows, in whatever order.
TEST(Boost, DrawsRowsByWhatTheyHold) {
  const auto fit = [](std::size_t members, double share, std::int64_t seed) {
    return Fit(Asked("change ~ age + visits + cost", {{"trees", std::int64_t{6}},
                                                      {"depth", std::int64_t{3}},
                                                      {"objective", "regression"},
                                                      {"subsample", share},
                                                      {"seed", seed}}),
               PeopleSchema(), People(600, members), {.minimum_cell = 5, .parameters_share = 10})
        .model["trees"];
  };
  const Json half = fit(1, 0.5, 1);
  EXPECT_EQ(half.size(), 6U);
  EXPECT_EQ(fit(4, 0.5, 1), half);
  EXPECT_NE(fit(1, 0.5, 2), half);
  EXPECT_NE(fit(1, 1, 1), half);
  EXPECT_EQ(fit(1, 1, 2), fit(1, 1, 1));
  int drawn = 0;
  for (int row = 0; row < 10'000; ++row)
    drawn += RowDraws(0.3, 1, 4).Draws(MarkOf(MarkOf(0, row), NAN)) ? 1 : 0;
  EXPECT_NEAR(drawn, 3'000, 6 * std::sqrt(2'100));  // of a fixed seed
  EXPECT_EQ(MarkOf(1, -0.0), MarkOf(1, 0.0));
  EXPECT_NE(MarkOf(1, 0), MarkOf(2, 0));
}

TEST(Boost, GrowsEachTreeFromFeaturesThatTheSeedDraws) {
  const auto features = [](std::int64_t seed) {
    const auto fitted = Fit(Asked("cost ~ age + visits + weight", {{"trees", std::int64_t{9}},
                                                                   {"depth", std::int64_t{3}},
                                                                   {"objective", "regression"},
                                                                   {"colsample", 0.4},
                                                                   {"seed", seed}}),
                            PeopleSchema(), People(600, 3), {.parameters_share = 10});
    std::vector<std::set<int>> used;
    for (const Json& tree : fitted.model["trees"]) {
      used.emplace_back();
      for (const Json& node : tree)
        if (node.is_array()) used.back().insert(node[0].get<int>());
    }
    return used;
  };
  const auto used = features(1);
  ASSERT_EQ(used.size(), 9U);
  std::set<int> all;
  for (const auto& each : used) {
    EXPECT_LE(each.size(), 1U);
    all.insert(each.begin(), each.end());
  }
  EXPECT_GT(all.size(), 1U);
  EXPECT_EQ(features(1), used);
  EXPECT_NE(features(2), used);
}

TEST(Boost, RefusesByName) {
  const struct {
    const char* formula;
    std::map<std::string, Value> options;
    Rules rules;
    const char* reason;
  } cases[] = {
      {"~ age", {}, {}, "response_missing"},
      {"ill ~ 1", {}, {}, "formula_not_supported"},
      {"ill ~ age * sex", {}, {}, "formula_not_supported"},
      {"ill ~ poly(age, 2, raw = TRUE)", {}, {}, "formula_not_supported"},
      {"ill ~ age + offset(cost)", {}, {}, "formula_not_supported"},
      {"ill ~ agee", {}, {}, "unknown_column"},
      {"ill ~ log(age)", {}, {}, "range_needed"},
      {"ill ~ log(sex)", {}, {}, "column_not_number"},
      {"ill ~ age", {{"treees", std::int64_t{1}}}, {}, "unknown_option"},
      {"ill ~ age", {{"objective", "multi"}}, {}, "option_invalid"},
      {"ill ~ age", {{"base_score", 1.5}}, {}, "option_invalid"},
      {"ill ~ age", {{"monotone", "agee:+1"}}, {}, "monotone_invalid"},
      {"ill ~ age", {{"monotone", "age"}}, {}, "monotone_invalid"},
      {"ill ~ age", {{"monotone", "age:2"}}, {}, "monotone_invalid"},
      {"ill ~ age + sex", {{"monotone", "sex:+1"}}, {}, "monotone_invalid"},
      {"ill ~ age", {{"colsample", 0.0}}, {}, "option_invalid"},
      {"ill ~ age", {{"subsample", 1.5}}, {}, "option_invalid"},
      {"cost ~ age", {}, {}, "response_out_of_range"},
      {"change ~ age", {{"objective", "count"}}, {}, "response_out_of_range"},
      {"ill ~ age", {{"trees", std::int64_t{1000}}, {"depth", std::int64_t{10}}}, {}, "too_many_terms"},
      {"ill ~ age", {}, {.minimum_rows = 1000}, "too_few_rows"},
      {"ill ~ age", {}, {}, "too_many_parameters"},
      {"ill ~ age",
       {{"trees", std::int64_t{1}}},
       {.minimum_cell = 380, .parameters_share = 1},
       "level_too_small"},
      {"same ~ age", {{"trees", std::int64_t{1}}, {"objective", "regression"}}, {}, "constant_column"},
      {"outlier ~ age", {{"trees", std::int64_t{1}}, {"objective", "regression"}}, {}, "leverage_too_high"},
      {"ill ~ same", {{"trees", std::int64_t{1}}}, {}, "no_split"},
      {"ill ~ age", {{"trees", std::int64_t{1}}, {"gamma", 1e6}}, {}, "no_split"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.formula);
    const auto method = MakeMethod(Methods(), Asked(c.formula, c.options), PeopleSchema(), c.rules);
    const auto fitted = method ? FitOver(**method, People(600, 3)) : tl::unexpected(method.error());
    ASSERT_FALSE(fitted) << c.reason;
    EXPECT_EQ(fitted.error().reason, c.reason) << fitted.error().message;
    EXPECT_FALSE(fitted.error().hint.empty());
  }
}

// States come from other members: each change makes what is none.
TEST(Boost, RefusesStatesThatAreNotIts) {
  const auto method =
      MakeBoost(Asked("ill ~ age + region", {{"trees", std::int64_t{3}}, {"depth", std::int64_t{2}}}),
                PeopleSchema(), {});
  ASSERT_TRUE(method) << method.error().message;
  const auto members = People(400, 2);
  const Json good = StateAfter(**method, members, 3);
  ASSERT_TRUE((*method)->Length(good));
  const auto tied = MakeBoost(Asked("ill ~ age", {{"depth", std::int64_t{2}}, {"monotone", "age:+1"}}),
                              PeopleSchema(), {.parameters_share = 10});
  Json grown = StateAfter(**tied, members, 2);
  ASSERT_TRUE((*tied)->Length(grown)) << grown;
  for (const char* middles : {"[]", "[1, 2]", "[\"x\"]", "[1e300]", "3"}) {
    grown["middles"] = Json::parse(middles);
    EXPECT_FALSE((*tied)->Length(grown)) << middles;
  }
  const struct {
    const char* pointer;
    const char* value;
  } cases[] = {{"/stage", "\"other\""},
               {"/stage", "3"},
               {"/base", "\"x\""},
               {"/base", "1e300"},
               {"/rows", "0"},
               {"/rows", "\"x\""},
               {"/rows", "2147483648"},
               {"/bins", "[]"},
               {"/bins/0/places", "[5, 5]"},
               {"/bins/0/places", "[0]"},
               {"/bins/0/places", "[4096]"},
               {"/bins/0/missing", "1"},
               {"/bins/1/places", "[0, 1]"},
               {"/bins/1/places", "[0, 1, 3]"},
               {"/trees", "{}"},
               {"/trees", "[[0.1], [0.1], [0.1], [0.1]]"},
               {"/trees", "[[null]]"},
               {"/trees", "[[]]"},
               {"/trees", "[[[0, 1, 0, 1.0], 0.1]]"},
               {"/trees", "[[0.1, 0.2]]"},
               {"/trees", "[[[7, 1, 0, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[0, 999, 0, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[0, 1, 2, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[0, 1, 1, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[0, 1, 0, -1.0], 0.1, 0.2]]"},
               {"/trees", "[[[1, \"g\", 0, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[1, \"f\", 0, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[1, \"11\", 0, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[0, \"1\", 0, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[[1, 1, 0, 1.0], 0.1, 0.2]]"},
               {"/trees", "[[1e16]]"},
               {"/trees/0", "[0.1]"},
               {"/trees/0", "\"[0.1\""},
               {"/growing", "[0.1]"},
               {"/growing", "[]"},
               {"/growing", "null"},
               {"/growing", "[[0, 1, 0, 1.0], null, [0, 2, 0, 1.0], null, null]"},
               {"/growing", "[[0, 1, 0, 1.0], 0.1, [0, 2, 0, 1.0], null, null]"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.pointer) + " " + c.value);
    Json bad = good;
    Json& part = bad[Json::json_pointer(c.pointer)] = Json::parse(c.value);
    if (c.pointer == std::string("/trees"))
      for (Json& tree : part) tree = tree.dump();
    EXPECT_FALSE((*method)->Length(bad));
    EXPECT_FALSE((*method)->Add(members[0], bad));
    const auto next = (*method)->Next(bad, {});
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().reason, "state_invalid");
  }
  EXPECT_EQ((*method)->Next(good, {}).error().reason, "state_invalid");
  EXPECT_FALSE((*method)->Length(Json::parse(R"({"stage": "count", "base": 1})")));
}

// Whole trees are read once: of the same texts over the same bins alone.
TEST(Boost, KnowsTreesAgain) {
  const BoostBins bins{{.places = {5, 9}, .numbers = true, .known = 3},
                       {.places = {7}, .numbers = true, .known = 2}};
  const BoostBins others{{.places = {5}, .numbers = true, .known = 2},
                         {.places = {7}, .numbers = true, .known = 2}};
  const auto weights = [](const Result<BoostTrees>& trees) {
    std::vector<double> first;
    if (trees)
      for (const auto& tree : *trees) first.push_back(tree->nodes[tree->nodes.size() - 1].weight);
    return first;
  };
  const std::string split = "[[0,1,0,1.0],0.5,0.25]", other = "[[1,1,0,1.0],0.5,0.75]", leaf = "[2.0]";
  KnownParts known;
  using Weights = std::vector<double>;
  EXPECT_EQ(weights(known.Trees(Json::array({split}), bins, 2)), (Weights{0.25}));
  EXPECT_EQ(weights(known.Trees(Json::array({split, leaf}), bins, 2)), (Weights{0.25, 2}));
  EXPECT_EQ(weights(known.Trees(Json::array({other, leaf}), bins, 2)), (Weights{0.75, 2}));
  EXPECT_FALSE(known.Trees(Json::array({other, leaf, "[null]"}), bins, 2));
  EXPECT_EQ(weights(known.Trees(Json::array({other, leaf, leaf}), bins, 2)), (Weights{0.75, 2, 2}));
  EXPECT_EQ(weights(known.Trees(Json::array({other}), bins, 2)), (Weights{0.75}));
  EXPECT_EQ(weights(known.Trees(Json::array({split}), bins, 2)), (Weights{0.25}));
  EXPECT_FALSE(known.Trees(Json::array({split}), others, 0)) << "too deep";
  EXPECT_EQ(weights(known.Trees(Json::array({split}), others, 2)), (Weights{0.25}));
  EXPECT_EQ(known.Trees(Json::array({split}), others, 2)->front()->nodes[0].left,
            (std::vector<bool>{true, false}));
  EXPECT_EQ(known.Trees(Json::array({split}), bins, 2)->front()->nodes[0].left,
            (std::vector<bool>{true, false, false}));
}

TEST(Boost, CutsWhereRowsAre) {
  const BoostFeature feature{.name = "x", .of = {}, .levels = {}, .range = {0, kFineCells}};
  std::vector<double> counts(kFineCells + 1, 0);
  counts[0] = 900;  // most are 0
  for (std::size_t i = 100; i < 200; ++i) counts[i] = 1;
  counts.back() = 3;
  const FeatureBins bins = ChooseBins(feature, counts, {.bins = 5, .least = 10});
  ASSERT_EQ(bins.places.size(), 4U);
  EXPECT_EQ(bins.places[0], 50);  // between
  EXPECT_EQ(bins.places[1], 125);
  EXPECT_EQ(bins.places[2], 150);
  EXPECT_FALSE(bins.missing);  // 3 rows are too few for a cell of their own
  EXPECT_EQ(bins.CellOf(NAN), 4U);
  EXPECT_EQ(bins.CellOf(49), 0U);
  EXPECT_EQ(bins.CellOf(50), 1U);
  EXPECT_EQ(ChooseBins(feature, counts, {.bins = 256, .least = 60}).places.size(), 1U);
  counts.back() = 10;
  EXPECT_EQ(ChooseBins(feature, counts, {.bins = 5, .least = 10}).CellOf(NAN), 5U);
}

TEST(Boost, JoinsLevelsOfFewRows) {
  const BoostFeature feature{.name = "f", .of = {}, .levels = {"a", "b", "c", "d"}, .range = {}};
  const struct {
    std::vector<double> counts;
    std::vector<std::int64_t> cells;
  } cases[] = {{{50, 20, 30, 40, 0}, {0, 1, 2, 3}},
               {{50, 6, 30, 7, 0}, {0, 2, 1, 2}},  // together they are enough
               {{50, 3, 30, 4, 0}, {0, 1, 1, 1}},  // not even together: with the least of the others
               {{50, 0, 0, 0, 0}, {0, 0, 0, 0}},
               {{0, 0, 0, 0, 0}, {0, 0, 0, 0}}};
  for (const auto& c : cases) EXPECT_EQ(ChooseBins(feature, c.counts, {.least = 10}).places, c.cells);
}

}  // namespace
}  // namespace concordat::boosting
