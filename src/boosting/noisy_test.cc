// Boosting under noise: without noise its trees learn; no unit moves a round by more than its steps, whatever
// its rows; and what it refuses.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "boosting/methods.h"
#include "boosting/model.h"
#include "boosting/random.h"
#include "learning/testing_fit.h"
#include "learning/testing_members.h"
#include "learning/testing_noisy.h"

namespace concordat::boosting {
namespace {

constexpr Rules kLoose{.minimum_rows = 1, .minimum_cell = 1, .parameters_share = 1};

Call Asked(std::map<std::string, Value> options) {
  options.insert({"trees", std::int64_t{30}});
  options.insert({"batch", std::int64_t{7}});
  options.insert({"depth", std::int64_t{3}});
  return {.method = "boost",
          .formula = "split ~ age + cost + sex + region",
          .table = "people",
          .options = std::move(options)};
}

std::unique_ptr<NoisyMethod> Make(const Call& call) {
  auto method = MakeNoisyBoost(call, PeopleSchema(), kLoose);
  EXPECT_TRUE(method) << method.error().message;
  return *std::move(method);
}

std::vector<UnitRows> Units(const std::vector<Rows>& members) {
  std::vector<UnitRows> units;
  for (const Rows& rows : members) units.push_back(ByUnit(rows));
  return units;
}

// "split" is whether age is above 50: nearly all rows are on their side of a half.
TEST(NoisyBoost, LearnsWithoutNoiseAndTheSameWhoeverHasTheRows) {
  const auto method = Make(Asked({}));
  const auto members = People(2'000, 3);
  const auto fitted = FitNoisily(*method, Units(members), {.exact = true});
  ASSERT_TRUE(fitted) << fitted.error().message;
  EXPECT_EQ(fitted->rows.size(), 4U);
  const auto alone = FitNoisily(*method, Units(People(2'000, 1)), {.exact = true});
  const auto model = ReadBoostModel(fitted->model);
  ASSERT_TRUE(model && alone);
  EXPECT_EQ(model->trees.size(), 30U);
  const Rows people = People(2'000, 1).front();
  const Eigen::ArrayXd means = PredictBoost(*model, people);
  EXPECT_LT((means - PredictBoost(*ReadBoostModel(alone->model), people)).abs().maxCoeff(), 1e-5);
  const auto& truth = people.Find("split")->values;
  int right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    right += (means[static_cast<Eigen::Index>(i)] > 0.5) == (truth[i] > 0);
  EXPECT_GT(right, 1'800);
}

Call Numbers(std::map<std::string, Value> options) {
  Call call = Asked(std::move(options));
  const bool counts = call.options.at("objective") == Value("count");
  call.formula = counts ? "visits ~ age + cost + sex" : "cost ~ age + visits + sex";
  return call;
}

TEST(NoisyBoost, LearnsNumbersAndCounts) {
  const Rows people = People(2'000, 1).front();
  for (const char* objective : {"regression", "count"}) {
    SCOPED_TRACE(objective);
    const auto method = Make(Numbers({{"objective", objective}, {"eta", 0.3}}));
    const auto fitted = FitNoisily(*method, Units(People(2'000, 3)), {.exact = true});
    ASSERT_TRUE(fitted) << fitted.error().message;
    const Eigen::ArrayXd means = PredictBoost(*ReadBoostModel(fitted->model), people);
    const auto& values = people.Find(objective == std::string("count") ? "visits" : "cost")->values;
    const Eigen::ArrayXd truth = Eigen::Map<const Eigen::ArrayXd>(values.data(), means.size());
    const double left = (truth - means).square().sum() / (truth - truth.mean()).square().sum();
    EXPECT_LT(left, 0.6);
  }
}

TEST(NoisyBoost, SharesAddUpToOne) {
  const auto method = Make(Asked({}));
  std::vector<Json> states;
  ASSERT_TRUE(FitNoisily(*method, Units(People(500, 2)), {.exact = true}, &states));
  double shares = 0;
  for (const Json& state : states) shares += method->Round(state)->share;
  EXPECT_EQ(states.size(), 6U);
  EXPECT_NEAR(shares, 1, 1e-12);
  EXPECT_NEAR(method->Round(states.back())->bound, std::sqrt(2), 1e-12);  // 30 trees end in a batch of 2
}

// The longest that taking out any unit moves a member's integers, in steps.
double Moves(const NoisyMethod& method, const UnitRows& units, const Json& state, std::uint64_t steps) {
  const auto all = IntegersOf(method, units, state, steps);
  double longest = 0;
  for (std::size_t unit = 0; unit < units.starts.size(); ++unit) {
    const auto rest = IntegersOf(method, Without(units, unit), state, steps);
    double squares = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
      squares += std::pow(static_cast<double>(all[i] - rest[i]), 2);
    longest = std::max(longest, std::sqrt(squares));
  }
  return longest / static_cast<double>(steps);
}

// Units of one row and of five, where the call counts two; at the very state that rounds reach, and at one
// that a node made up to bring gradients to their largest.
TEST(NoisyBoost, NoUnitMovesARoundByMoreThanItsSteps) {
  const auto method = Make(Asked({{"rows_of_a_unit", std::int64_t{2}}}));
  const Rows people = People(60, 1).front();
  std::vector<Json> states;
  ASSERT_TRUE(FitNoisily(*method, {ByUnit(people)}, {.exact = true}, &states));
  Json extreme = states[1];
  extreme["base"] = 40;
  states.push_back(extreme);
  for (const std::size_t rows_a_unit : {1, 5}) {
    double longest = 0;
    for (const Json& state : states)
      longest = std::max(longest, Moves(*method, ByUnit(people, rows_a_unit), state, 1 << 16));
    EXPECT_LE(longest, 1) << rows_a_unit;
    EXPECT_GT(longest, rows_a_unit == 1 ? 0.49 : 0.9) << rows_a_unit;  // half the bound, and about all of it
  }
}

// Numbers and counts have gradients without bounds, and a node that lies about the trees so far makes them as
// large as it likes: they are pulled in.
TEST(NoisyBoost, NoUnitMovesNumbersByMoreThanItsSteps) {
  for (const char* objective : {"regression", "count"}) {
    for (const double clip : {1.0, 500.0}) {
      const auto method = Make(Numbers({{"objective", objective}, {"clip", clip}}));
      const Rows people = People(40, 1).front();
      std::vector<Json> states;
      ASSERT_TRUE(FitNoisily(*method, {ByUnit(people)}, {.exact = true}, &states));
      for (const double base : {-1e6, 900.0, 1e15}) {
        states.push_back(states[1]);
        states.back()["base"] = base;
      }
      double longest = 0;
      for (const Json& state : states)
        longest = std::max(longest, Moves(*method, ByUnit(people), state, 1 << 16));
      EXPECT_LE(longest, 1) << objective << clip;
      EXPECT_GT(longest, 0.9) << objective << clip;
    }
  }
}

// A row alone is never clipped: what the bound is made of holds.
TEST(NoisyBoost, BoundsWhatARowIs) {
  for (const double margin : {-40.0, -3.0, -0.5, 0.0, 0.5, 1.1, 2.0, 40.0}) {
    for (const double response : {0.0, 0.3, 1.0}) {
      const Gradient gradient = GradientOf({}, margin, response);
      EXPECT_LE(std::hypot(gradient.first, response == 0.3 ? 0 : 2.8 * gradient.second), 1 + 1e-12) << margin;
    }
  }
}

TEST(NoisyBoost, DrawsTheSameTreesForAll) {
  const BoostBins bins = {{.places = {100, 200}, .numbers = true, .missing = true, .known = 3},
                          {.places = {0, 1, 2, 3}, .known = 4},
                          {.places = {0, 0}, .known = 1}};
  const BoostTree tree = DrawTree(bins, 3, 7, 1);
  EXPECT_EQ(tree.nodes.size(), 15U);
  EXPECT_EQ(tree, DrawTree(bins, 3, 7, 1));
  EXPECT_NE(tree, DrawTree(bins, 3, 7, 2));
  EXPECT_NE(tree, DrawTree(bins, 3, 8, 1));
  const auto read = ReadTree(ToJson(tree, bins), bins, {.depth = 3});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, tree);
  for (const BoostNode& node : tree.nodes) EXPECT_NE(node.feature, 2U);  // one cell splits nothing
}

TEST(NoisyBoost, RefusesByName) {
  const struct {
    const char* formula;
    std::map<std::string, Value> options;
    const char* reason;
  } cases[] = {{"cost ~ age", {}, "response_out_of_range"},
               {"cost ~ age", {{"objective", "regression"}, {"clip", std::int64_t{-1}}}, "option_invalid"},
               {"ill ~ age", {{"clip", 0.5}}, "unknown_option"},
               {"ill ~ age", {{"monotone", "age:+1"}}, "unknown_option"},
               {"ill ~ age", {{"subsample", 0.5}}, "unknown_option"},
               {"ill ~ age", {{"batches", std::int64_t{2}}}, "unknown_option"},
               {"ill ~ age:sex", {}, "formula_not_supported"}};
  for (const auto& c : cases) {
    const auto method = MakeNoisyBoost({"boost", c.formula, "people", c.options}, PeopleSchema(), {});
    ASSERT_FALSE(method) << c.formula;
    EXPECT_EQ(method.error().reason, c.reason);
  }
  const auto few = FitNoisily(**MakeNoisyBoost(Asked({}), PeopleSchema(), {.minimum_rows = 1000}),
                              Units(People(100, 2)), {.exact = true});
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().reason, "too_few_rows");
  const auto method = Make(Asked({}));
  for (const char* state : {"{}", R"({"stage": "grow"})", R"({"stage": "count", "trees": []})"})
    EXPECT_FALSE(method->Round(Json::parse(state))) << state;
}

}  // namespace
}  // namespace concordat::boosting
